package dev.steppe.cli.mesh;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import java.util.List;

/** Says whether one service may call another. */
public final class IntentionCheck implements Command {
    private static final int DENIED = 2;

    @Override
    public String usage() {
        return "[flags] <source> <destination>";
    }

    @Override
    public String about() {
        return "Says whether the source may open connections to the destination. Exit code 0 allowed, 2 denied, 1 error.";
    }

    @Override
    public List<Flag> flags() {
        return List.of();
    }

    @Override
    public List<Flag> commonFlags() {
        return CommonFlags.consul();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var pair = ServicePair.of(invocation.arguments());
        var answer = invocation
                .consul()
                .get("/v1/connect/intentions/check", pair.query())
                .body();
        if (answer.at("Allowed").isNull()) {
            throw new CommandFailure("Error: the agent did not say whether it is allowed");
        }
        var allowed = answer.isTrue("Allowed");
        invocation.terminal().line(allowed ? "Allowed" : "Denied");
        return allowed ? 0 : DENIED;
    }
}
