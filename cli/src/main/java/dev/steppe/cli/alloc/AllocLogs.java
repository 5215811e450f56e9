package dev.steppe.cli.alloc;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import java.io.IOException;
import java.util.List;

/** Prints what a task wrote, from the beginning, from near the end, or as it comes. */
public final class AllocLogs implements Command {
    private static final int LINES_DEFAULT = 10;

    @Override
    public String usage() {
        return "[flags] <allocation> [task]";
    }

    @Override
    public String about() {
        return "Prints the standard output of a task. The task need not be named when the allocation has one only; "
                + "proxies of the mesh do not count.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.number("c", "bytes", "With -tail: the last bytes instead of lines."),
                Flag.toggle("f", "Follow: go on printing as the task writes."),
                Flag.text("group", "name", "With -job: an allocation of this group."),
                Flag.toggle("job", "The argument is a job; its newest running allocation is taken."),
                Flag.number("n", "lines", "With -tail: how many lines. Default 10."),
                Flag.toggle("stderr", "The error output."),
                Flag.toggle("stdout", "The standard output, which is the default."),
                Flag.toggle("tail", "Only the end."),
                Flag.text("task", "name", "The task."),
                Flag.toggle("verbose", "Whole ids."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException, IOException {
        var arguments = invocation.arguments();
        var words = arguments.words();
        if (words.isEmpty() || words.size() > 2) {
            throw new UsageException("this command takes an allocation (or -job and a job) and at most a task");
        }
        if (arguments.has("stderr") && arguments.has("stdout")) {
            throw new UsageException("flags -stderr and -stdout exclude each other");
        }
        var api = invocation.nomad();
        var id = AllocMatch.ofArgument(invocation, words.getFirst());
        var namedLast = words.size() == 2 ? words.get(1) : "";
        var task = AllocMatch.task(api, id, arguments.text("task").orElse(namedLast));
        var type = arguments.has("stderr") ? "stderr" : "stdout";
        print(invocation, id, task, type);
        return 0;
    }

    private static void print(Invocation invocation, String id, String task, String type)
            throws ApiException, IOException {
        var arguments = invocation.arguments();
        var api = invocation.nomad();
        var bytes = arguments.number("c");
        var tail = arguments.has("tail")
                || bytes.isPresent()
                || arguments.number("n").isPresent();
        var follow = arguments.has("f");
        long offset = bytes.orElse(0L);
        if (tail && bytes.isEmpty()) {
            var lines = arguments.number("n").orElse((long) LINES_DEFAULT).intValue();
            var last = LogTail.lastBytes(api, id, task, type, lines);
            if (!follow) {
                write(invocation, last, last.length);
                return;
            }
            offset = last.length;
        }
        var query = LogTail.query(task, type, follow, tail ? "end" : "start", offset);
        try (var stream = api.stream(LogTail.path(id), query)) {
            var buffer = new byte[16 * 1024];
            for (var count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
                write(invocation, buffer, count);
            }
        }
    }

    private static void write(Invocation invocation, byte[] bytes, int count) throws IOException {
        var out = invocation.terminal().out();
        out.write(bytes, 0, count);
        out.flush();
        if (out.checkError()) {
            throw new IOException("the output was closed");
        }
    }
}
