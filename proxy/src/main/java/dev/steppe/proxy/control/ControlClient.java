package dev.steppe.proxy.control;

import dev.steppe.mesh.configuration.ProxyReport;
import dev.steppe.mesh.configuration.ReportCodec;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Asks a proxy through its control socket, one connection for each question. Blocks; safe for use from any thread. */
public final class ControlClient {
    private final Path path;

    public ControlClient(Path path) {
        this.path = path;
    }

    /** Makes the proxy serve its configuration file. Returns what could not be done. */
    public List<String> apply() throws IOException {
        String text = new String(ask(ControlOperation.APPLY, ""), StandardCharsets.UTF_8);
        return text.isEmpty() ? List.of() : List.of(text.split("\n"));
    }

    public ProxyReport report() throws IOException {
        try {
            return ReportCodec.decode(ask(ControlOperation.REPORT, ""));
        } catch (IllegalArgumentException strange) {
            throw new IOException(
                    "the proxy at " + path + " reports in another format: " + strange.getMessage(), strange);
        }
    }

    /** The proxy accepts nothing more and ends with its last call, at the latest after the grace. */
    public void drain(Duration grace) throws IOException {
        ask(ControlOperation.DRAIN, Long.toString(grace.toMillis()));
    }

    private byte[] ask(ControlOperation operation, String argument) throws IOException {
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            byte[] text = argument.getBytes(StandardCharsets.UTF_8);
            var request = ByteBuffer.allocate(5 + text.length)
                    .putInt(1 + text.length)
                    .put((byte) operation.ordinal())
                    .put(text)
                    .flip();
            while (request.hasRemaining()) {
                channel.write(request);
            }
            int length = read(channel, 4).getInt();
            if (length < 1 || length > ControlOperation.MESSAGE_BYTES_MAX) {
                throw new IOException("the proxy at " + path + " answers with " + length + " bytes");
            }
            var answer = read(channel, length);
            boolean done = answer.get() == ControlOperation.DONE;
            var rest = new byte[answer.remaining()];
            answer.get(rest);
            if (!done) {
                throw new IOException("the proxy refused: " + new String(rest, StandardCharsets.UTF_8));
            }
            return rest;
        }
    }

    private ByteBuffer read(SocketChannel channel, int length) throws IOException {
        var buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the proxy at " + path + " ended while it was asked");
            }
        }
        return buffer.flip();
    }
}
