package dev.steppe.mesh.intention;

import dev.steppe.model.Intention;
import java.util.Comparator;

/** Which of several intentions that fit a call decides: the more exactly it names first the destination, then the source. */
public final class Precedence {
    /** Stands for every service. */
    public static final String ANY = "*";

    /** Highest precedence first; equal ones by destination, then source. */
    public static final Comparator<Intention> ORDER = Comparator.comparingInt(
                    (Intention intention) -> -of(intention.source(), intention.destination()))
            .thenComparing(Intention::destination)
            .thenComparing(Intention::source);

    private Precedence() {}

    /** 9 for both exact, 8 for any source, 6 for any destination, 5 for both; in between lie those of namespaces. */
    public static int of(String source, String destination) {
        int byDestination = destination.equals(ANY) ? 6 : 9;
        return source.equals(ANY) ? byDestination - 1 : byDestination;
    }
}
