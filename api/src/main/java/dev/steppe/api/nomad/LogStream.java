package dev.steppe.api.nomad;

import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Bytes;
import dev.steppe.api.http.Refused;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The output of a task as one stream over its rotated files ({@code web.stdout.0}, {@code web.stdout.1}, ...), from an
 * offset, to the end of what there is or following what comes. Runs on a virtual thread; it looks for more at intervals,
 * because tasks write without telling.
 */
final class LogStream implements Answer.Producer {
    private static final String DIRECTORY = "alloc/logs";
    private static final int CHUNK_BYTES = 64 * 1024;
    /** Short enough to feel live, long enough to cost nothing. */
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    private static final Duration HEARTBEAT = Duration.ofSeconds(1);

    private final AllocationFiles files;
    private final Wish wish;
    private final BooleanSupplier mayGrow;

    /** What was asked for: of which task, from where, framed or plain. */
    record Wish(String task, String type, boolean follow, long offset, boolean fromEnd, boolean plain) {
        String prefix() {
            return task + "." + type + ".";
        }
    }

    /** {@code mayGrow} is false once the task is over, so that following ends after its last byte. */
    LogStream(AllocationFiles files, Wish wish, BooleanSupplier mayGrow) {
        this.files = files;
        this.wish = wish;
        this.mayGrow = mayGrow;
    }

    /** One file of the sequence. */
    record Part(int number, long size) {}

    /** The files there are, oldest first. */
    List<Part> parts() throws IOException, Refused {
        var parts = new ArrayList<Part>();
        for (var found : files.list(DIRECTORY)) {
            var name = found.name();
            if (name.startsWith(wish.prefix()) && found.attributes().isRegularFile()) {
                number(
                        name.substring(wish.prefix().length()),
                        found.attributes().size(),
                        parts);
            }
        }
        parts.sort((one, two) -> Integer.compare(one.number, two.number));
        return parts;
    }

    private static void number(String suffix, long size, List<Part> parts) {
        try {
            parts.add(new Part(Integer.parseInt(suffix), size));
        } catch (NumberFormatException notALog) {
            // another file in the same directory
        }
    }

    /** A place in the sequence. */
    private record Position(int number, long offset) {}

    @Override
    public void produce(Answer.Sink sink) throws IOException, InterruptedException {
        try {
            var at = start(parts());
            long idleSinceNanos = System.nanoTime();
            while (sink.isOpen()) {
                boolean growing = mayGrow.getAsBoolean();
                var next = copy(sink, at);
                if (!next.equals(at)) {
                    at = next;
                    idleSinceNanos = System.nanoTime();
                    continue;
                }
                if (!wish.follow || !growing) {
                    return;
                }
                if (System.nanoTime() - idleSinceNanos > HEARTBEAT.toNanos()) {
                    heartbeat(sink);
                    idleSinceNanos = System.nanoTime();
                }
                Thread.sleep(LOOK_AGAIN);
            }
        } catch (Refused gone) {
            throw new IOException(gone.text(), gone);
        }
    }

    private Position start(List<Part> parts) {
        if (parts.isEmpty()) {
            return new Position(0, 0);
        }
        long total = parts.stream().mapToLong(Part::size).sum();
        long skip = Math.min(total, wish.fromEnd ? Math.max(0, total - wish.offset) : wish.offset);
        for (var part : parts) {
            if (skip < part.size || part.equals(parts.getLast())) {
                return new Position(part.number, skip);
            }
            skip -= part.size;
        }
        throw new IllegalStateException("the last part ends the search");
    }

    /** Sends what there is after the position, to the end of one file at most; returns where it got to. */
    private Position copy(Answer.Sink sink, Position at) throws IOException, InterruptedException, Refused {
        var newer = parts().stream().filter(part -> part.number >= at.number).toList();
        if (newer.isEmpty()) {
            return at;
        }
        var here = newer.getFirst();
        if (here.number != at.number) {
            // The file was rotated away under a slow reader.
            return new Position(here.number, 0);
        }
        long offset = here.size < at.offset ? 0 : at.offset;
        long end = offset;
        if (here.size > offset) {
            try (var channel = files.open(DIRECTORY + "/" + wish.prefix() + here.number)) {
                end = copy(sink, channel, here.number, offset);
            }
        }
        if (end == at.offset && newer.size() > 1) {
            return new Position(newer.get(1).number, 0);
        }
        return new Position(at.number, end);
    }

    private long copy(Answer.Sink sink, SeekableByteChannel channel, int number, long from)
            throws IOException, InterruptedException {
        var buffer = ByteBuffer.allocate(CHUNK_BYTES);
        channel.position(from);
        long offset = from;
        while (channel.read(buffer) > 0) {
            var bytes = Arrays.copyOf(buffer.array(), buffer.position());
            offset += bytes.length;
            sink.write(
                    wish.plain
                            ? Bytes.wrap(bytes)
                            : StreamFrame.data(bytes, DIRECTORY + "/" + wish.prefix() + number, offset));
            buffer.clear();
        }
        return offset;
    }

    private void heartbeat(Answer.Sink sink) throws IOException, InterruptedException {
        if (!wish.plain) {
            sink.write(StreamFrame.signOfLife());
        }
    }
}
