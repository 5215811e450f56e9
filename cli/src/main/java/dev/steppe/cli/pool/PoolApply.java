package dev.steppe.cli.pool;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Makes a pool of nodes, or changes its words, from a file. */
public final class PoolApply implements Command {

    @Override
    public String usage() {
        return "[flags] <file>";
    }

    @Override
    public String about() {
        return "Makes a pool of nodes, or changes its words, from a file (- is standard input): "
                + "node_pool \"name\" { description = \"...\" meta { ... } }.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(Flag.toggle("json", "The file is JSON."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException, IOException {
        var arguments = invocation.arguments();
        var file = arguments.onlyWord("a file");
        var bytes = file.equals("-") ? invocation.terminal().in().readAllBytes() : Files.readAllBytes(Path.of(file));
        var pool = PoolText.body(file, new String(bytes, StandardCharsets.UTF_8), arguments.has("json"));
        invocation.nomad().put("/v1/node/pools", Query.none(), pool);
        invocation.terminal().line("Successfully applied node pool \"" + pool.text("Name") + "\"!");
        return 0;
    }
}
