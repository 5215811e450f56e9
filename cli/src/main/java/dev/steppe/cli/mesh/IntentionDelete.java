package dev.steppe.cli.mesh;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import java.util.List;

/** Removes an intention; connections it allowed are closed by the mesh. */
public final class IntentionDelete implements Command {

    @Override
    public String usage() {
        return "[flags] <source> <destination>";
    }

    @Override
    public String about() {
        return "Removes the intention of exactly these two names.";
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
        Intentions.exact(invocation, pair);
        invocation.consul().delete(Intentions.EXACT, pair.query());
        invocation.terminal().line("Intention deleted.");
        return 0;
    }
}
