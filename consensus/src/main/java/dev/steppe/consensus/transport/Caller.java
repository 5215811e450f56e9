package dev.steppe.consensus.transport;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.thirdparty.com.google.protobuf.MessageLite;

/**
 * Questions to another member over one connection, any number at a time. Answers come on the thread that reads them. A
 * connection over which nothing comes although something is asked is given up, and with it every question.
 */
final class Caller implements AutoCloseable {
    private final Connection connection;
    private final Duration patience;
    private final AtomicLong calls = new AtomicLong();
    private final ConcurrentHashMap<Long, CompletableFuture<Frame>> asked = new ConcurrentHashMap<>();
    private volatile long heardNanos = System.nanoTime();
    private volatile boolean closed;

    Caller(Connection connection, Duration patience) {
        this.connection = connection;
        this.patience = patience;
    }

    CompletableFuture<Frame> ask(Frame.Kind kind, MessageLite content) throws IOException {
        return ask(call -> connection.send(kind, call, content));
    }

    CompletableFuture<Frame> ask(Frame.Kind kind, byte[] content) throws IOException {
        return ask(call -> connection.send(kind, call, content));
    }

    /** Sends a question under its number. */
    private interface Question {
        void send(long call) throws IOException;
    }

    private CompletableFuture<Frame> ask(Question question) throws IOException {
        long call = calls.incrementAndGet();
        var answer = new CompletableFuture<Frame>();
        asked.put(call, answer);
        try {
            if (closed) {
                throw new IOException("the connection to " + connection + " is closed");
            }
            question.send(call);
            return answer;
        } catch (IOException failure) {
            asked.remove(call);
            close();
            throw failure;
        }
    }

    /** Reads answers until the connection ends. */
    void listen() {
        try {
            while (!closed) {
                var frame = connection.receive();
                heardNanos = System.nanoTime();
                var answer = asked.remove(frame.call());
                if (answer != null) {
                    answer.complete(frame);
                }
            }
        } catch (IOException ended) {
            fail(ended);
        } finally {
            close();
        }
    }

    /** Gives the connection up if nothing comes; to be called now and then. */
    void watch(long nowNanos) {
        if (asked.isEmpty()) {
            heardNanos = nowNanos;
        } else if (nowNanos - heardNanos > patience.toNanos()) {
            close();
        }
    }

    boolean isOpen() {
        return !closed;
    }

    @Override
    public void close() {
        closed = true;
        connection.close();
        fail(new IOException("the connection to " + connection + " ended"));
    }

    private void fail(IOException reason) {
        for (var call : List.copyOf(asked.keySet())) {
            var answer = asked.remove(call);
            if (answer != null) {
                answer.completeExceptionally(reason);
            }
        }
    }
}
