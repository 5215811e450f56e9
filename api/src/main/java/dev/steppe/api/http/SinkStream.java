package dev.steppe.api.http;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;

/** Writes to the sink of a streamed answer. */
public final class SinkStream extends OutputStream {
    private final Answer.Sink sink;

    public SinkStream(Answer.Sink sink) {
        this.sink = sink;
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
