package dev.steppe.api.nomad;

import dev.steppe.api.LocalNode;
import dev.steppe.api.Region;
import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Bytes;
import dev.steppe.api.http.Headers;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.TaskStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** What only the node of an allocation knows: its files and logs. */
final class FileRoutes {
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final Headers PLAIN = Headers.of("Content-Type", "text/plain; charset=utf-8");
    /** Tasks choose the bytes: a browser must not take them for a page. */
    private static final Headers RAW =
            Headers.of("Content-Type", "application/octet-stream").with("X-Content-Type-Options", "nosniff");

    private final Region region;
    private final Optional<LocalNode> node;

    FileRoutes(Region region, Optional<LocalNode> node) {
        this.region = region;
        this.node = node;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/client/fs/ls/{id}", Right.READ_FILES, this::list),
                Route.get("/v1/client/fs/stat/{id}", Right.READ_FILES, this::stat),
                Route.get("/v1/client/fs/cat/{id}", Right.READ_FILES, this::cat),
                Route.get("/v1/client/fs/readat/{id}", Right.READ_FILES, this::readAt),
                Route.get("/v1/client/fs/logs/{id}", Right.READ_LOGS, this::logs),
                Route.get("/v1/client/fs/stream/{id}", Right.READ_FILES, this::stream));
    }

    private Allocation local(Request request) throws Refused {
        return Here.allocation(region, node, request);
    }

    private AllocationFiles files(Allocation allocation) throws Refused {
        return node.flatMap(here -> here.directoryOf(allocation.id()))
                .map(AllocationFiles::new)
                .orElseThrow(() -> Refused.notFound("the directory of allocation " + allocation.id()
                        + " is not there yet, or was collected already"));
    }

    private Response list(Request request) throws Refused, IOException {
        var files = files(local(request));
        var path = request.query().text("path").orElse("/");
        return Reads.json(
                files.list(path).stream().map(AllocationFiles.Found::info).toList());
    }

    private static String path(Request request) throws Refused {
        return request.query().text("path").orElseThrow(() -> Refused.invalid("must provide a file name"));
    }

    private Response stat(Request request) throws Refused, IOException {
        return Reads.json(files(local(request)).stat(path(request)).info());
    }

    private Answer cat(Request request) throws Refused, IOException {
        return bytes(files(local(request)), path(request), 0, Long.MAX_VALUE);
    }

    private Answer readAt(Request request) throws Refused, IOException {
        if (request.query().text("offset").isEmpty()) {
            throw Refused.invalid("offset not given or not a whole number");
        }
        long limit = request.query().number("limit", Long.MAX_VALUE);
        return bytes(files(local(request)), path(request), request.query().number("offset", 0), limit);
    }

    private static Answer bytes(AllocationFiles files, String path, long from, long limit) throws Refused, IOException {
        // Opened once before the answer begins, so that a missing file is refused and not cut off.
        files.open(path).close();
        return new Answer.Streamed(200, RAW, sink -> {
            try (var channel = files.open(path)) {
                channel.position(from);
                var buffer = ByteBuffer.allocate(CHUNK_BYTES);
                long left = limit;
                while (left > 0 && channel.read(buffer) > 0) {
                    int length = (int) Math.min(left, buffer.position());
                    sink.write(Bytes.wrap(Arrays.copyOf(buffer.array(), length)));
                    left -= length;
                    buffer.clear();
                }
            } catch (Refused gone) {
                throw new IOException(gone.text(), gone);
            }
        });
    }

    private static boolean isFromEnd(Request request) throws Refused {
        var origin = request.query().text("origin").orElse("start");
        if (!origin.equals("start") && !origin.equals("end")) {
            throw Refused.invalid("origin must be start or end");
        }
        return origin.equals("end");
    }

    /** Follows unless told not to. {@code plain} gives the bytes alone, as it does for logs. */
    private Answer stream(Request request) throws Refused, IOException {
        var files = files(local(request));
        var wish = new FileStream.Wish(
                path(request),
                !request.query().text("follow").equals(Optional.of("false")),
                request.query().number("offset", 0),
                isFromEnd(request),
                request.query().flag("plain"));
        files.open(wish.path()).close();
        return new Answer.Streamed(
                200, wish.plain() ? RAW : Headers.of("Content-Type", "application/json"), new FileStream(files, wish));
    }

    private Answer logs(Request request) throws Refused, IOException {
        var allocation = local(request);
        var task = request.query().text("task").orElseThrow(() -> Refused.invalid("must provide task name"));
        var type = request.query().text("type").orElse("");
        if (!type.equals("stdout") && !type.equals("stderr")) {
            throw Refused.invalid("must provide log type (stdout/stderr)");
        }
        boolean fromEnd = isFromEnd(request);
        if (!allocation.client().taskStates().containsKey(task)) {
            throw Refused.notFound("unknown task name \"" + task + "\"; the allocation has "
                    + String.join(", ", allocation.client().taskStates().keySet()));
        }
        var wish = new LogStream.Wish(
                task,
                type,
                request.query().flag("follow"),
                request.query().number("offset", 0),
                fromEnd,
                request.query().flag("plain"));
        var stream = new LogStream(files(allocation), wish, mayGrow(allocation.id(), task));
        if (stream.parts().isEmpty() && !wish.follow()) {
            throw Refused.notFound("task \"" + task + "\" has no " + type + " log yet");
        }
        return new Answer.Streamed(200, wish.plain() ? PLAIN : Headers.of("Content-Type", "application/json"), stream);
    }

    private BooleanSupplier mayGrow(AllocationId id, String task) {
        // an agent without a server has no state, and the node knows first
        return () -> node.flatMap(here -> here.allocation(id))
                .or(() -> region.snapshot().allocation(id))
                .map(allocation -> allocation.client().taskStates().get(task))
                .map(state -> state.status() != TaskStatus.DEAD)
                .orElse(false);
    }
}
