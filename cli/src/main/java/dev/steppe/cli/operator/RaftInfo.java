package dev.steppe.cli.operator;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.terminal.Fields;
import java.util.List;

/** Tells how the replicated log stands on the asked server. */
public final class RaftInfo implements Command {

    @Override
    public String usage() {
        return "";
    }

    @Override
    public String about() {
        return "Tells how the replicated log stands on the asked server: who leads, how many take part, how much is applied.";
    }

    @Override
    public List<Flag> flags() {
        return List.of();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        invocation.arguments().refuseWords();
        var servers = invocation
                .nomad()
                .get("/v1/operator/raft/configuration", Query.none().and("stale", "true"))
                .body()
                .items("Servers");
        var raft = invocation
                .nomad()
                .get("/v1/agent/self", Query.none())
                .body()
                .at("stats")
                .at("raft");
        var fields = new Fields();
        fields.put(
                "Leader",
                servers.stream()
                        .filter(server -> server.at("Leader").isTrue())
                        .map(server -> server.text("Node") + " (" + server.text("ID") + ")")
                        .findFirst()
                        .orElse("none"));
        fields.put("Servers", Integer.toString(servers.size()));
        fields.put("Failures tolerated", Integer.toString((servers.size() - 1) / 2));
        fields.put("Applied Index", raft.text("applied_index"));
        invocation.terminal().fields(fields);
        return 0;
    }
}
