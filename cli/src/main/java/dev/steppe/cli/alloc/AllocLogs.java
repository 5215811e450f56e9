package dev.steppe.cli.alloc;

import dev.steppe.cli.command.Arguments;
import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** Prints what a task wrote, from the beginning, from near the end, or as it comes. */
public final class AllocLogs implements Command {
    private static final List<String> BOTH = List.of("stdout", "stderr");

    @Override
    public String usage() {
        return "[flags] <allocation> [task]";
    }

    @Override
    public String about() {
        return "Prints the standard output of a task. The task need not be named when the allocation has one only; "
                + "proxies of the mesh do not count. With -f and -job it follows both streams of all tasks of a job, "
                + "each line with where it comes from; new allocations join.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.number("c", "bytes", "With -tail: the last bytes instead of lines."),
                Flag.toggle("f", "Follow: go on printing as the task writes."),
                Flag.text("group", "name", "With -job: an allocation of this group."),
                Flag.toggle(
                        "job",
                        "The argument is a job: with -f all its tasks, otherwise its newest running allocation,"
                                + " or the newest that has ended."),
                Flag.number("n", "lines", "With -tail: how many lines. Default 10."),
                Flag.toggle("stderr", "The error output; with -stdout both."),
                Flag.toggle("stdout", "The standard output, which is the default."),
                Flag.toggle("tail", "Only the end."),
                Flag.text("task", "name", "The task."),
                Flag.toggle("verbose", "Whole ids."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException, IOException {
        var arguments = invocation.arguments();
        var words = arguments.words();
        if (words.isEmpty() || words.size() > 2 || words.getFirst().isBlank()) {
            throw new UsageException("this command takes an allocation (or -job and a job) and at most a task");
        }
        var terms = LogTerms.of(arguments);
        var named = arguments.text("task").orElse(words.size() == 2 ? words.get(1) : "");
        if (arguments.has("job") && terms.follow()) {
            new LogFollower(invocation, types(arguments, BOTH), terms).job(words.getFirst(), named);
            return 0;
        }
        var api = invocation.nomad();
        var id = AllocMatch.ofArgumentOrEnded(invocation, words.getFirst());
        var task = AllocMatch.task(api, id, named);
        var types = types(arguments, List.of("stdout"));
        if (types.size() > 1) {
            new LogFollower(invocation, types, terms).task(id, task);
            return 0;
        }
        try (var stream = terms.open(api, id, task, types.getFirst())) {
            copy(invocation, stream);
        }
        return 0;
    }

    private static List<String> types(Arguments arguments, List<String> unsaid) {
        var stdout = arguments.has("stdout");
        var stderr = arguments.has("stderr");
        if (!stdout && !stderr) {
            return unsaid;
        }
        return stdout && stderr ? BOTH : List.of(stderr ? "stderr" : "stdout");
    }

    static void copy(Invocation invocation, InputStream stream) throws IOException {
        var buffer = new byte[16 * 1024];
        for (var count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
            write(invocation, buffer, count);
        }
    }

    static void write(Invocation invocation, byte[] bytes, int count) throws IOException {
        var out = invocation.terminal().out();
        out.write(bytes, 0, count);
        out.flush();
        if (out.checkError()) {
            throw new IOException("the output was closed");
        }
    }
}
