package dev.steppe.cli.alloc;

import dev.steppe.cli.http.Api;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The end of what a task wrote. */
public final class LogTail {
    private static final int BYTES_PER_LINE = 120;
    private static final int BYTES_MAX = 4 * 1024 * 1024;

    private LogTail() {}

    /** The last lines of a stream ({@code stdout} or {@code stderr}) of a task, oldest first; none while it has no log. */
    public static List<String> last(Api api, String allocationId, String task, String type, int lines)
            throws ApiException, IOException {
        try {
            var text = new String(lastBytes(api, allocationId, task, type, lines), StandardCharsets.UTF_8);
            return text.isEmpty() ? List.of() : text.lines().toList();
        } catch (ApiException failed) {
            if (failed.isNotFound()) {
                return List.of();
            }
            throw failed;
        }
    }

    /** The bytes of the last lines of a task's output. */
    static byte[] lastBytes(Api api, String allocationId, String task, String type, int lines)
            throws ApiException, IOException {
        return lastBytes(lines, size -> read(api, allocationId, task, type, size));
    }

    /** Reads the last so many bytes of something. */
    interface End {
        byte[] read(int size) throws ApiException, IOException;
    }

    /** The bytes of the last lines; asks for more until it has them, because lines have no fixed length. */
    static byte[] lastBytes(int lines, End end) throws ApiException, IOException {
        for (var size = Math.max(1, lines) * BYTES_PER_LINE; ; size *= 4) {
            var bytes = end.read(size);
            var start = startOfLast(bytes, lines);
            if (start > 0 || bytes.length < size || size > BYTES_MAX) {
                var tail = new byte[bytes.length - start];
                System.arraycopy(bytes, start, tail, 0, tail.length);
                return tail;
            }
        }
    }

    private static byte[] read(Api api, String allocationId, String task, String type, int size)
            throws ApiException, IOException {
        try (var stream = api.stream(path(allocationId), query(task, type, false, "end", size))) {
            return stream.readAllBytes();
        }
    }

    static String path(String allocationId) {
        return "/v1/client/fs/logs/" + Query.encode(allocationId);
    }

    static Query query(String task, String type, boolean follow, String origin, long offset) {
        return Query.of("task", task)
                .and("type", type)
                .and("follow", Boolean.toString(follow))
                .and("origin", origin)
                .and("offset", Long.toString(offset))
                .and("plain", "true");
    }

    /** Where the last lines begin; 0 when there are not more lines than asked for. */
    static int startOfLast(byte[] bytes, int lines) {
        var end = bytes.length;
        if (end > 0 && bytes[end - 1] == '\n') {
            end--;
        }
        var found = 0;
        for (var i = end - 1; i >= 0; i--) {
            if (bytes[i] == '\n' && ++found == lines) {
                return i + 1;
            }
        }
        return 0;
    }
}
