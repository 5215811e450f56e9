package dev.steppe.cli.member;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes other servers known to a running one, above all those of another region. */
public final class ServerJoin implements Command {

    @Override
    public String usage() {
        return "[flags] <address> ...";
    }

    @Override
    public String about() {
        return "Makes servers known to the asked one. A server of another region makes that region known: requests that "
                + "name it with -region are handed on to its servers. Where the other region has another authority, write "
                + "<address>#@<file> with a file that holds what steppe agent join-token -federate printed there. A new server of the "
                + "same region is started with -join instead.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(Flag.toggle("json", "As JSON."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException, CommandFailure, IOException {
        if (invocation.arguments().words().isEmpty()) {
            throw new UsageException("this command takes the addresses of servers");
        }
        List<Json> addresses = new ArrayList<>();
        for (var word : invocation.arguments().words()) {
            addresses.add(Json.of(withToken(word)));
        }
        var wish = new Json.Fields().put("Addresses", new Json.Arr(addresses)).build();
        var reply = invocation.nomad().put("/v1/agent/join", Query.none(), wish).body();
        var terminal = invocation.terminal();
        if (invocation.arguments().has("json")) {
            terminal.json(reply);
            return 0;
        }
        if (reply.number("num_joined") == 0) {
            throw new CommandFailure("Error joining: " + reply.text("error"));
        }
        terminal.line("Joined " + reply.number("num_joined") + " servers successfully, of "
                + (reply.texts("Regions").size() == 1 ? "region " : "regions ")
                + String.join(", ", reply.texts("Regions")));
        return 0;
    }

    /** A token may be in a file, so that it is in no list of processes. */
    private static String withToken(String written) throws IOException {
        var mark = written.indexOf("#@");
        if (mark < 0) {
            return written;
        }
        var text = Files.readString(Path.of(written.substring(mark + 2))).strip();
        return written.substring(0, mark + 1) + text.substring(text.indexOf('#') + 1);
    }
}
