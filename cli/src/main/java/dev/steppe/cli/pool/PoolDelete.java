package dev.steppe.cli.pool;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import java.util.List;

/** Forgets a pool that no node and no unfinished job is in. */
public final class PoolDelete implements Command {

    @Override
    public String usage() {
        return "<pool>";
    }

    @Override
    public String about() {
        return "Forgets a pool that no node and no unfinished job is in.";
    }

    @Override
    public List<Flag> flags() {
        return List.of();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        var name = invocation.arguments().onlyWord("the pool");
        invocation.nomad().delete("/v1/node/pool/" + Query.encode(name), Query.none());
        invocation.terminal().line("Successfully deleted node pool \"" + name + "\"!");
        return 0;
    }
}
