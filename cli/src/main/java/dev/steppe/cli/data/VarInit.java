package dev.steppe.cli.data;

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

/** Writes a file to begin a variable with. */
public final class VarInit implements Command {
    private static final String HCL = """
            # A variable, to be written with: steppe var put @spec.nv.hcl

            # Tasks read what is at nomad/jobs/<job>, nomad/jobs/<job>/<group> and
            # nomad/jobs/<job>/<group>/<task> of their own without further rights.
            path = "nomad/jobs/example"

            # namespace = "default"

            items = {
              user     = "me"
              password = "a secret"
            }
            """;

    private static final String JSON = """
            {
              "Path": "nomad/jobs/example",
              "Items": {
                "user": "me",
                "password": "a secret"
              }
            }
            """;

    @Override
    public String usage() {
        return "[flags] [<file>]";
    }

    @Override
    public String about() {
        return "Writes an example of a variable to a file, spec.nv.hcl or spec.nv.json if none is named.";
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
                ? "spec.nv." + form
                : arguments.words().getFirst();
        try {
            Files.writeString(Path.of(file), form.equals("hcl") ? HCL : JSON, StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException there) {
            throw new CommandFailure("File \"" + file + "\" already exists; name another one");
        }
        if (!arguments.has("quiet")) {
            invocation.terminal().line("Example variable specification written to " + file);
        }
        return 0;
    }
}
