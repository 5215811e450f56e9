package dev.steppe.cli.command;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Writes a file to begin something with, in either syntax, and never over another one.
 *
 * @param what is begun, as {@code variable}
 * @param stem the file's name without its ending, where none is named
 */
public record ExampleFile(String about, String what, String stem, String hcl, String json) implements Command {
    @Override
    public String usage() {
        return "[flags] [<file>]";
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
                ? stem + "." + form
                : arguments.words().getFirst();
        try {
            Files.writeString(Path.of(file), form.equals("hcl") ? hcl : json, StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException there) {
            throw new CommandFailure("File \"" + file + "\" already exists; name another one");
        }
        if (!arguments.has("quiet")) {
            invocation.terminal().line("Example " + what + " specification written to " + file);
        }
        return 0;
    }
}
