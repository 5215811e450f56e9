package dev.steppe.api.nomad;

import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Bytes;
import dev.steppe.api.http.Refused;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.time.Duration;
import java.util.Arrays;

/**
 * One file from an offset, to its end or following what is written to it, until it is deleted. It is opened anew for each
 * look, by its path below the allocation, so that a task cannot lead a reader elsewhere.
 */
final class FileStream implements Answer.Producer {
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(1);

    private final AllocationFiles files;
    private final Wish wish;

    /** What was asked for. */
    record Wish(String path, boolean follow, long offset, boolean fromEnd, boolean plain) {}

    FileStream(AllocationFiles files, Wish wish) {
        this.files = files;
        this.wish = wish;
    }

    @Override
    public void produce(Answer.Sink sink) throws IOException, InterruptedException {
        long at = -1;
        long quietSinceNanos = System.nanoTime();
        while (sink.isOpen()) {
            try (var channel = files.open(wish.path)) {
                long size = channel.size();
                if (at < 0) {
                    at = wish.fromEnd ? Math.max(0, size - wish.offset) : Math.min(size, wish.offset);
                }
                if (size < at) {
                    tell(sink, StreamFrame.event(StreamFrame.TRUNCATED, wish.path, 0));
                    at = 0;
                }
                if (size > at) {
                    at = copy(sink, channel, at);
                    quietSinceNanos = System.nanoTime();
                }
            } catch (Refused gone) {
                tell(sink, StreamFrame.event(StreamFrame.DELETED, wish.path, Math.max(0, at)));
                return;
            }
            if (!wish.follow) {
                return;
            }
            if (System.nanoTime() - quietSinceNanos > SIGN_OF_LIFE.toNanos()) {
                tell(sink, StreamFrame.signOfLife());
                quietSinceNanos = System.nanoTime();
            }
            Thread.sleep(LOOK_AGAIN);
        }
    }

    private long copy(Answer.Sink sink, SeekableByteChannel channel, long from)
            throws IOException, InterruptedException {
        var buffer = ByteBuffer.allocate(CHUNK_BYTES);
        channel.position(from);
        long offset = from;
        while (channel.read(buffer) > 0) {
            var bytes = Arrays.copyOf(buffer.array(), buffer.position());
            offset += bytes.length;
            sink.write(wish.plain ? Bytes.wrap(bytes) : StreamFrame.data(bytes, wish.path, offset));
            buffer.clear();
        }
        return offset;
    }

    private void tell(Answer.Sink sink, Bytes frame) throws IOException, InterruptedException {
        if (!wish.plain) {
            sink.write(frame);
        }
    }
}
