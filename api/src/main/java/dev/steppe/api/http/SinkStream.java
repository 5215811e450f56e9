package dev.steppe.api.http;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;

/** Writes to the sink of a streamed answer. */
public final class SinkStream extends OutputStream {
    private static final int CHUNK_BYTES = 1 << 16;

    private final Answer.Sink sink;

    /** Writes what a stream is given as the body of an answer. */
    @FunctionalInterface
    public interface Body {
        void write(OutputStream to) throws IOException;
    }

    public SinkStream(Answer.Sink sink) {
        this.sink = sink;
    }

    /** An answer whose body is written in large parts while it is made. */
    public static Answer answer(Headers headers, Body body) {
        return new Answer.Streamed(200, headers, sink -> {
            var out = new BufferedOutputStream(new SinkStream(sink), CHUNK_BYTES);
            body.write(out);
            out.flush();
        });
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        try {
            sink.write(Bytes.wrap(Arrays.copyOfRange(bytes, from, from + length)));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the connection is closing");
        }
    }
}
