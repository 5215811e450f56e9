package dev.steppe.cli.operator;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.terminal.Fields;
import java.util.List;

/** Shows how the servers take care of themselves. */
public final class AutopilotShow implements Command {

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Shows how the servers take care of themselves.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(Flag.toggle("json", "As JSON."), CommonFlags.template());
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        invocation.arguments().refuseWords();
        var settings = invocation
                .nomad()
                .get("/v1/operator/autopilot/configuration", Query.none())
                .body();
        if (invocation.arguments().has("json")) {
            invocation.terminal().json(settings);
            return 0;
        }
        var fields = new Fields();
        for (var name : List.of(
                "CleanupDeadServers",
                "LastContactThreshold",
                "MaxTrailingLogs",
                "MinQuorum",
                "ServerStabilizationTime")) {
            fields.put(name, settings.text(name));
        }
        invocation.terminal().fields(fields);
        return 0;
    }
}
