package dev.steppe.server;

import dev.steppe.model.Refusal;
import java.util.function.Function;

/** What became of a request. */
public sealed interface Reply<T> {

    /** Carried out; the index is that of the state that holds it. */
    record Done<T>(T value, long index) implements Reply<T> {}

    /** Not carried out, and why. */
    record Refused<T>(Refusal refusal) implements Reply<T> {}

    /** The same reply, with what the other value says to whoever asked. */
    default <R> Reply<R> map(Function<T, R> said) {
        return switch (this) {
            case Done<T> done -> new Done<>(said.apply(done.value()), done.index());
            case Refused<T> refused -> new Refused<>(refused.refusal());
        };
    }

    static <T> Reply<T> refused(Refusal refusal) {
        return new Refused<>(refusal);
    }

    static <T> Reply<T> unavailable(String reason) {
        return new Refused<>(new Refusal(Refusal.Code.UNAVAILABLE, reason));
    }
}
