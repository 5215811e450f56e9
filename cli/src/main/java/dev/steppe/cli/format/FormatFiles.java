package dev.steppe.cli.format;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.language.format.Formatter;
import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Lays job files and configuration files out as everybody's are. */
public final class FormatFiles implements Command {

    @Override
    public String usage() {
        return "[flags] [path ...]";
    }

    @Override
    public String about() {
        return "Lays out HCL files (*.hcl, *.nomad): the files and directories named, the current directory without any, "
                + "standard input for -. Only blanks change. Exit code 1 when a file has mistakes, or with -check when "
                + "one is not laid out.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("check", "Change nothing; exit code 1 when a file would change."),
                Flag.toggle("list", "Name the files that change (true)."),
                Flag.toggle("recursive", "Directories below too."),
                Flag.toggle("write", "Write the files (true)."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, IOException {
        var arguments = invocation.arguments();
        var check = arguments.has("check");
        var write = isOn(invocation, "write") && !check;
        var changed = false;
        var wrong = false;
        if (arguments.words().equals(List.of("-"))) {
            return standardInput(invocation, check);
        }
        for (var file : files(arguments.words(), arguments.has("recursive"))) {
            var text = Files.readString(file);
            try {
                var formatted = Formatter.format(new Source(file.toString(), text));
                if (formatted.equals(text)) {
                    continue;
                }
                changed = true;
                if (isOn(invocation, "list")) {
                    invocation.terminal().line(file.toString());
                }
                if (write) {
                    Files.writeString(file, formatted);
                }
            } catch (DiagnosticException mistakes) {
                wrong = true;
                invocation.terminal().complain(Diagnostic.render(mistakes.diagnostics()));
            }
        }
        return wrong || check && changed ? 1 : 0;
    }

    private static boolean isOn(Invocation invocation, String flag) {
        return !invocation.arguments().text(flag).orElse("true").equals("false");
    }

    private static int standardInput(Invocation invocation, boolean check) throws IOException, CommandFailure {
        var terminal = invocation.terminal();
        var text = new String(terminal.in().readAllBytes(), StandardCharsets.UTF_8);
        try {
            var formatted = Formatter.format(new Source("standard input", text));
            if (!check) {
                terminal.out().print(formatted);
            }
            return check && !formatted.equals(text) ? 1 : 0;
        } catch (DiagnosticException mistakes) {
            throw new CommandFailure(Diagnostic.render(mistakes.diagnostics()));
        }
    }

    private static List<Path> files(List<String> words, boolean recursive) throws IOException, CommandFailure {
        List<Path> files = new ArrayList<>();
        for (var word : words.isEmpty() ? List.of(".") : words) {
            var path = Path.of(word);
            if (Files.isDirectory(path)) {
                try (Stream<Path> found = Files.walk(path, recursive ? Integer.MAX_VALUE : 1)) {
                    found.filter(Files::isRegularFile)
                            .filter(FormatFiles::isHcl)
                            .sorted()
                            .map(file -> word.equals(".") ? path.relativize(file) : file)
                            .forEach(files::add);
                }
            } else if (Files.isRegularFile(path)) {
                files.add(path);
            } else {
                throw new CommandFailure("there is no file " + word);
            }
        }
        return files;
    }

    private static boolean isHcl(Path file) {
        var name = file.getFileName().toString();
        return name.endsWith(".hcl") || name.endsWith(".nomad");
    }
}
