package dev.steppe.cli.member;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import java.util.List;

/** Makes a token with which another agent joins this cluster. */
public final class JoinToken implements Command {

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Makes a token with which one more agent joins this cluster, and prints it behind the address of the leader: "
                + "start the new agent with -join=<what is printed>. It is a secret until it is used or has expired, and "
                + "holds the fingerprint of the cluster's authority, so that the new agent joins no other cluster.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("server", "For an agent that becomes a server; without it for a client."),
                Flag.toggle("federate", "For another region: there, server join takes what is printed."),
                Flag.text("ttl", "duration", "How long it may be used; 1h by default, 168h at most."),
                Flag.number("uses", "n", "For how many agents; 1 by default."),
                Flag.toggle("json", "As JSON."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        var arguments = invocation.arguments();
        arguments.refuseWords();
        var wish = new Json.Fields()
                .put("Server", arguments.has("server"))
                .put("Region", arguments.has("federate"))
                .put("TTL", arguments.text("ttl").orElse(""))
                .put("Uses", arguments.number("uses").orElse(1L))
                .build();
        var made = invocation
                .nomad()
                .put("/v1/agent/join-token", Query.none(), wish)
                .body();
        var terminal = invocation.terminal();
        if (arguments.has("json")) {
            terminal.json(made);
            return 0;
        }
        terminal.line(made.text("Address") + "#" + made.text("Token"));
        return 0;
    }
}
