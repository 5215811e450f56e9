package dev.steppe.cli.alloc;

import dev.steppe.cli.command.Arguments;
import dev.steppe.cli.http.Api;
import dev.steppe.cli.http.ApiException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** How much of a log is wanted: all of it or its last lines or bytes, and whether what comes too. */
record LogTerms(boolean follow, boolean tail, int lines, long bytes) {
    private static final int LINES_DEFAULT = 10;

    static LogTerms of(Arguments arguments) {
        var lines = arguments.number("n");
        var bytes = arguments.number("c");
        return new LogTerms(
                arguments.has("f"),
                arguments.has("tail") || bytes.isPresent() || lines.isPresent(),
                bytes.isPresent() ? 0 : lines.orElse((long) LINES_DEFAULT).intValue(),
                bytes.orElse(0L));
    }

    /** What is wanted of one stream of one task. */
    InputStream open(Api api, String id, String task, String type) throws ApiException, IOException {
        long offset = bytes;
        if (tail && lines > 0) {
            try {
                var last = LogTail.lastBytes(api, id, task, type, lines);
                if (!follow) {
                    return new ByteArrayInputStream(last);
                }
                offset = last.length;
            } catch (ApiException missing) {
                // A task that has not begun has no output yet; followed, it is told once there is some.
                if (!follow || !missing.isNotFound()) {
                    throw missing;
                }
            }
        }
        return api.stream(LogTail.path(id), LogTail.query(task, type, follow, tail ? "end" : "start", offset));
    }
}
