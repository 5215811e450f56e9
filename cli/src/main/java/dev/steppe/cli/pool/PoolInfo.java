package dev.steppe.cli.pool;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.terminal.Fields;
import java.util.List;
import java.util.TreeMap;

/** Shows one pool of nodes. */
public final class PoolInfo implements Command {

    @Override
    public String usage() {
        return "[flags] <pool>";
    }

    @Override
    public String about() {
        return "Shows one pool of nodes.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(Flag.toggle("json", "As JSON."), CommonFlags.template());
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        var name = invocation.arguments().onlyWord("the pool");
        var pool = invocation
                .nomad()
                .get("/v1/node/pool/" + Query.encode(name), Query.none())
                .body();
        var terminal = invocation.terminal();
        if (invocation.arguments().has("json")) {
            terminal.json(pool);
            return 0;
        }
        terminal.fields(new Fields().put("Name", pool.text("Name")).put("Description", pool.text("Description")));
        terminal.blankLine();
        terminal.title("Metadata");
        var meta = new Fields();
        var entries = new TreeMap<>(pool.entries("Meta"));
        entries.forEach((key, value) -> meta.put(key, value.text()));
        if (entries.isEmpty()) {
            terminal.line("No metadata");
        } else {
            terminal.fields(meta);
        }
        return 0;
    }
}
