package dev.steppe.wire;

import java.util.Optional;

/**
 * One end of an open stream between a node and a server. Messages arrive in order or the stream breaks. Methods may be
 * called from any thread and do not block; sending on a broken link does nothing, its end was told already.
 */
public interface Link {
    void send(Message message);

    /** The node that the certificate of the other end is for; empty where it is for none in particular. */
    default Optional<String> provenNode() {
        return Optional.empty();
    }

    /** Ends the stream; the other end learns the reason. Idempotent. */
    void close(String reason);

    /** What the owner of an end is told. Called one at a time. */
    interface End {
        void received(Message message);

        /** The stream is over, whoever ended it. Called once, last. */
        void closed(String reason);
    }
}
