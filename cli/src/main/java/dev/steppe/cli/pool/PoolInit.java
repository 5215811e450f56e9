package dev.steppe.cli.pool;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Writes a file to begin a pool of nodes with. */
public final class PoolInit implements Command {
    private static final String HCL = """
            # A pool of nodes, to be made or changed with: steppe node pool apply pool.nomad.hcl
            # Nodes are in it that say client { node_pool = "example" }; jobs ask for it with node_pool = "example".
            node_pool "example" {
              description = "What these nodes have in common"

              meta {
                owner = "me"
              }
            }
            """;

    private static final String JSON = """
            {
              "Name": "example",
              "Description": "What these nodes have in common",
              "Meta": {
                "owner": "me"
              }
            }
            """;

    @Override
    public String usage() {
        return "[flags] [<file>]";
    }

    @Override
    public String about() {
        return "Writes an example of a pool of nodes to a file, pool.nomad.hcl or pool.nomad.json if none is named.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.text("out", "form", "hcl (default) or json."), Flag.toggle("quiet", "Say nothing on success."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, IOException {
        var arguments = invocation.arguments();
        var form = arguments.text("out").orElse("hcl");
        if (!List.of("hcl", "json").contains(form)) {
            throw new UsageException("flag -out: write hcl or json");
        }
        if (arguments.words().size() > 1) {
            throw new UsageException("this command takes at most one file");
        }
        var file = arguments.words().isEmpty()
                ? "pool.nomad." + form
                : arguments.words().getFirst();
        try {
            Files.writeString(Path.of(file), form.equals("hcl") ? HCL : JSON, StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException there) {
            throw new CommandFailure("File \"" + file + "\" already exists; name another one");
        }
        if (!arguments.has("quiet")) {
            invocation.terminal().line("Example node pool specification written to " + file);
        }
        return 0;
    }
}
