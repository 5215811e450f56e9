package dev.steppe.cli.job;

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

/** Writes an example of a job file to begin with; it never overwrites a file. */
public final class JobInit implements Command {
    private static final String FILE = "example.nomad.hcl";

    @Override
    public String usage() {
        return "[flags] [path]";
    }

    @Override
    public String about() {
        return "Writes a job file that can be run and changed, to " + FILE + " where no path is given.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("connect", "Two services in the mesh."),
                Flag.toggle("short", "Without the comments."),
                Flag.refused("template", "servers keep no templates of jobs yet; copy a file"),
                Flag.refused("list-templates", "servers keep no templates of jobs yet"));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, IOException {
        var arguments = invocation.arguments();
        var path = arguments.words().isEmpty() ? FILE : arguments.onlyWord("the path of the file to write");
        var file = Path.of(path);
        try {
            Files.writeString(
                    file, example(arguments.has("connect"), arguments.has("short")), StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException there) {
            throw new CommandFailure("There is a file " + path + " already; give another path or move it away");
        }
        invocation.terminal().line("Example job file written to " + path);
        return 0;
    }

    /** The text of an example: with services in the mesh or without, brief or with comments. */
    public static String example(boolean mesh, boolean brief) throws IOException {
        var name = "example" + (mesh ? "-connect" : "") + (brief ? "-short" : "") + ".nomad.hcl";
        try (var text = JobInit.class.getResourceAsStream(name)) {
            if (text == null) {
                throw new IOException("the program lacks its file " + name);
            }
            return new String(text.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }
}
