package dev.steppe.api.http;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** What a handler returns: a whole response, a response that is not due yet, a stream, or a WebSocket. */
public sealed interface Answer permits Response, Answer.Waiting, Answer.Streamed, Answer.Conversation {

    /**
     * A response that is not due yet. Nothing but this object and a timer is kept: when the watch fires, or at the
     * latest after the given time, {@code again} is evaluated on a virtual thread. It may return a waiting answer once
     * more, which does not extend the time.
     */
    record Waiting(Watch watch, Duration atMost, Again again) implements Answer {}

    /** A response whose bytes are produced while they are sent. The producer runs on the handler's virtual thread. */
    record Streamed(int status, Headers headers, Producer producer) implements Answer {}

    /**
     * A WebSocket. The talk runs on the handler's virtual thread and is interrupted when the peer goes away or the server
     * closes; when it returns, the connection is closed.
     */
    record Conversation(Talk talk) implements Answer {}

    /** What is spoken over a WebSocket. */
    @FunctionalInterface
    interface Talk {
        void hold(Peer peer) throws IOException, InterruptedException;
    }

    /** The other end of a WebSocket. */
    interface Peer {
        /** The next message, waiting for it; empty when the peer says no more. For one thread. */
        Optional<Bytes> receive() throws InterruptedException;

        /** Sends a text, from any thread; blocks while the peer reads slower than we write; fails when it is gone. */
        void send(Bytes text) throws IOException, InterruptedException;

        /** Says why nothing more comes and ends the connection: 1000 when all is well. The first call counts. */
        void close(int code, String reason);
    }

    /** Something that can tell once that it changed. */
    @FunctionalInterface
    interface Watch {
        /**
         * Runs the action once when the thing changes, also when it changed between reading it and this call. The
         * action may be called from any thread, also from inside this call; it does not block.
         */
        Cancellation onChange(Runnable changed);
    }

    /** Ends a watch that is no longer needed. Idempotent. */
    @FunctionalInterface
    interface Cancellation {
        void cancel();
    }

    /** The next look at something that was waited for. */
    @FunctionalInterface
    interface Again {
        /** {@code expired} is true when the time is over: then the answer must be due. */
        Answer evaluate(boolean expired) throws Refused, IOException, InterruptedException;
    }

    /** Writes a stream's bytes until it ends. Interrupted when the peer goes away or the server closes. */
    @FunctionalInterface
    interface Producer {
        void produce(Sink sink) throws IOException, InterruptedException;
    }

    /** Where a stream's bytes go. */
    interface Sink {
        /** Sends the bytes at once; blocks while the peer reads slower than we write; fails when the peer is gone. */
        void write(Bytes bytes) throws IOException, InterruptedException;

        /** False once the peer is gone, so that a producer with nothing to write can end. */
        boolean isOpen();
    }
}
