package dev.steppe.wire.network;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket to another agent. One thread receives, one sends; the next message is asked for when the one before was
 * taken, so a slow taker slows the other end.
 */
public final class AgentTalk implements WebSocket.Listener, AutoCloseable {
    private static final int BROKEN = 1011;

    private final LinkedBlockingQueue<Optional<byte[]>> received = new LinkedBlockingQueue<>();
    private final AtomicReference<End> end = new AtomicReference<>(new End(BROKEN, "the other agent is gone"));
    private final AtomicReference<Optional<WebSocket>> socket = new AtomicReference<>(Optional.empty());
    private final StringBuilder text = new StringBuilder();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** How a talk ended: 1000 when all is well. */
    public record End(int code, String reason) {}

    AgentTalk() {}

    void opened(WebSocket opened) {
        socket.set(Optional.of(opened));
    }

    /** The next message, waiting for it; empty when the other end says no more. */
    public Optional<byte[]> receive() throws InterruptedException {
        var next = received.take();
        if (next.isPresent()) {
            socket.get().ifPresent(it -> it.request(1));
        }
        return next;
    }

    /** How it ended, once {@link #receive} told that it did. */
    public End end() {
        return end.get();
    }

    /** Sends a text; waits while the other end reads slower than we write. */
    public void send(byte[] message) throws IOException, InterruptedException {
        try {
            socket.get()
                    .orElseThrow(() -> new IOException("the WebSocket is not open"))
                    .sendText(new String(message, StandardCharsets.UTF_8), true)
                    .get();
        } catch (ExecutionException gone) {
            throw new IOException("the other agent is gone", gone);
        }
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
        text.append(part);
        if (last) {
            received.add(Optional.of(text.toString().getBytes(StandardCharsets.UTF_8)));
            text.setLength(0);
        } else {
            from.request(1);
        }
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer part, boolean last) {
        byte[] read = new byte[part.remaining()];
        part.get(read);
        bytes.writeBytes(read);
        if (last) {
            received.add(Optional.of(bytes.toByteArray()));
            bytes.reset();
        } else {
            from.request(1);
        }
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        end.set(new End(code, reason));
        received.add(Optional.empty());
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable broken) {
        end.set(new End(BROKEN, "the other agent is gone: " + broken.getMessage()));
        received.add(Optional.empty());
    }

    /** Ends it from this side, also for who waits for the next message. Idempotent. */
    @Override
    public void close() {
        end.set(new End(WebSocket.NORMAL_CLOSURE, ""));
        received.add(Optional.empty());
        socket.get().ifPresent(WebSocket::abort);
    }
}
