package dev.steppe.cli.alloc;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.Api;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Quantities;
import dev.steppe.cli.terminal.Table;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;

/** Lists and prints the files of an allocation. */
public final class AllocFiles implements Command {
    private static final int LINES_DEFAULT = 10;

    @Override
    public String usage() {
        return "[flags] <allocation> [path]";
    }

    @Override
    public String about() {
        return "Lists a directory of an allocation or prints a file of it. Paths begin at the allocation's directory; secrets "
                + "cannot be read.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("H", "Sizes for people."),
                Flag.number("c", "bytes", "The last bytes of the file."),
                Flag.toggle("f", "Follow: go on printing as the file grows."),
                Flag.text("group", "name", "With -job: an allocation of this group."),
                Flag.toggle(
                        "job",
                        "The argument is a job; its newest running allocation is taken, or the newest that has ended."),
                Flag.number("n", "lines", "The last lines of the file. Default 10 with -tail."),
                Flag.toggle("stat", "Facts about the file or directory instead of its content."),
                Flag.toggle("tail", "Only the end of the file."),
                Flag.toggle("verbose", "Whole ids."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException, IOException {
        var arguments = invocation.arguments();
        var words = arguments.words();
        if (words.isEmpty() || words.size() > 2) {
            throw new UsageException("this command takes an allocation (or -job and a job) and at most a path");
        }
        var api = invocation.nomad();
        var id = AllocMatch.ofArgumentOrEnded(invocation, words.getFirst());
        var path = words.size() == 2 ? words.get(1) : "/";
        var found = api.get(path("stat", id), Query.of("path", path)).body();
        if (arguments.has("stat")) {
            table(invocation, List.of(found), true);
        } else if (found.isTrue("IsDir")) {
            table(
                    invocation,
                    api.get(path("ls", id), Query.of("path", path)).body().items(),
                    false);
        } else {
            print(invocation, api, id, path);
        }
        return 0;
    }

    private static String path(String action, String id) {
        return "/v1/client/fs/" + action + "/" + Query.encode(id);
    }

    private static void table(Invocation invocation, List<Json> files, boolean withType) {
        var headings = new ArrayList<>(List.of("Mode", "Size", "Modified Time"));
        if (withType) {
            headings.add("Content Type");
        }
        headings.add("Name");
        var table = new Table(headings);
        for (var file : files) {
            var size = file.number("Size");
            var row = new ArrayList<>(List.of(
                    file.text("FileMode"),
                    invocation.arguments().has("H") ? Quantities.bytes(size) : Long.toString(size),
                    time(invocation, file.text("ModTime"))));
            if (withType) {
                row.add(file.text("ContentType"));
            }
            row.add(file.text("Name")
                    + (file.isTrue("IsDir") && !file.text("Name").endsWith("/") ? "/" : ""));
            table.row(row);
        }
        invocation.terminal().table(table);
    }

    private static String time(Invocation invocation, String written) {
        try {
            return invocation.terminal().time(Instant.parse(written));
        } catch (DateTimeParseException unknown) {
            return written;
        }
    }

    private static void print(Invocation invocation, Api api, String id, String file) throws ApiException, IOException {
        var arguments = invocation.arguments();
        var bytes = arguments.number("c");
        var wantsLines = arguments.number("n").isPresent() || arguments.has("tail") && bytes.isEmpty();
        var follow = arguments.has("f");
        long offset = bytes.orElse(0L);
        if (wantsLines) {
            var lines = arguments.number("n").orElse((long) LINES_DEFAULT).intValue();
            var end = lastLines(api, id, file, lines);
            if (!follow) {
                AllocLogs.write(invocation, end, end.length);
                return;
            }
            offset = end.length;
        }
        var fromEnd = wantsLines || bytes.isPresent();
        try (var stream = api.stream(path("stream", id), query(file, follow, fromEnd, offset))) {
            AllocLogs.copy(invocation, stream);
        }
    }

    private static Query query(String file, boolean follow, boolean fromEnd, long offset) {
        return Query.of("path", file)
                .and("follow", Boolean.toString(follow))
                .and("origin", fromEnd ? "end" : "start")
                .and("offset", Long.toString(offset))
                .and("plain", "true");
    }

    private static byte[] lastLines(Api api, String id, String file, int lines) throws ApiException, IOException {
        return LogTail.lastBytes(lines, size -> {
            try (var stream = api.stream(path("stream", id), query(file, false, true, size))) {
                return stream.readAllBytes();
            }
        });
    }
}
