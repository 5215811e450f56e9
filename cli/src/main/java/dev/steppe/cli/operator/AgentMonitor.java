package dev.steppe.cli.operator;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import java.io.IOException;
import java.util.List;

/** Prints the agent's own log as it is written, until it is interrupted. */
public final class AgentMonitor implements Command {

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Prints the log of the agent as it is written, until Ctrl-C. A finer level than the agent's own is "
                + "produced while somebody watches.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("json", "Each line as JSON."),
                Flag.text("log-level", "level", "trace, debug, info, warn or error. Default info."),
                Flag.text("node-id", "node", "The agent of this node; it must be the one that is asked."),
                Flag.text("server-id", "server", "This server; it must be the one that is asked."),
                Flag.refused("log-include-location", "each line names its logger"));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException, IOException {
        var arguments = invocation.arguments();
        arguments.refuseWords();
        var node = arguments.text("node-id");
        var server = arguments.text("server-id");
        var query = Query.of("log_level", arguments.text("log-level").orElse("info"))
                .and("log_json", Boolean.toString(arguments.has("json")))
                .and("plain", "true")
                .andIf(node.isPresent(), "node_id", node.orElse(""))
                .andIf(server.isPresent(), "server_id", server.orElse(""));
        var out = invocation.terminal().out();
        try (var stream = invocation.nomad().stream("/v1/agent/monitor", query)) {
            var buffer = new byte[16 * 1024];
            for (var count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
                out.write(buffer, 0, count);
                out.flush();
                if (out.checkError()) {
                    return 0;
                }
            }
        }
        return 0;
    }
}
