package dev.steppe.server;

import dev.steppe.model.Refusal;

/** What became of a request. */
public sealed interface Reply<T> {

    /** Carried out; the index is that of the state that holds it. */
    record Done<T>(T value, long index) implements Reply<T> {}

    /** Not carried out, and why. */
    record Refused<T>(Refusal refusal) implements Reply<T> {}

    static <T> Reply<T> refused(Refusal refusal) {
        return new Refused<>(refusal);
    }

    static <T> Reply<T> unavailable(String reason) {
        return new Refused<>(new Refusal(Refusal.Code.UNAVAILABLE, reason));
    }
}
