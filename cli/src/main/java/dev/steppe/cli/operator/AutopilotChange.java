package dev.steppe.cli.operator;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import java.util.List;

/** Changes how the servers take care of themselves. */
public final class AutopilotChange implements Command {
    private static boolean switchOf(String text) throws UsageException {
        if (!text.equals("true") && !text.equals("false")) {
            throw new UsageException("-cleanup-dead-servers must be true or false, but is " + text);
        }
        return Boolean.parseBoolean(text);
    }

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Changes how the servers take care of themselves. What is not named stays.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.text("cleanup-dead-servers", "bool", "Remove a failed server once another takes its place."),
                Flag.text("last-contact-threshold", "duration", "How long a healthy server may not have answered."),
                Flag.number("max-trailing-logs", "n", "How many entries a healthy server may be behind."),
                Flag.number("min-quorum", "n", "Never remove a server when fewer would be left."),
                Flag.text("server-stabilization-time", "duration", "How long a new server waits before it counts."),
                Flag.refused("enable-redundancy-zones", "there are no redundancy zones"),
                Flag.refused("disable-upgrade-migration", "there is no upgrade migration"),
                Flag.refused("enable-custom-upgrades", "there is no upgrade migration"));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        var arguments = invocation.arguments();
        arguments.refuseWords();
        var wanted = new Json.Fields();
        var cleanup = arguments.text("cleanup-dead-servers");
        if (cleanup.isPresent()) {
            wanted.put("CleanupDeadServers", switchOf(cleanup.get()));
        }
        arguments.text("last-contact-threshold").ifPresent(it -> wanted.put("LastContactThreshold", it));
        arguments.number("max-trailing-logs").ifPresent(it -> wanted.put("MaxTrailingLogs", it));
        arguments.number("min-quorum").ifPresent(it -> wanted.put("MinQuorum", it));
        arguments.text("server-stabilization-time").ifPresent(it -> wanted.put("ServerStabilizationTime", it));
        invocation.nomad().put("/v1/operator/autopilot/configuration", Query.none(), wanted.build());
        invocation.terminal().line("Configuration updated!");
        return 0;
    }
}
