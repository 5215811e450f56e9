package dev.steppe.mesh.intention;

import dev.steppe.model.Intention;
import java.util.Optional;

/** Whether an intention may be stored, checked before it goes into the log. */
public sealed interface Admission {
    int NAME_LENGTH_MAX = 255;

    /** It may; {@code replaced} is the one there was for the same pair. */
    record Accepted(Optional<Intention> replaced) implements Admission {}

    /** It may not, for this reason. */
    record Refused(String reason) implements Admission {}

    /**
     * Checks both names, and that there is none for the pair yet unless it may be replaced.
     *
     * @param existing the intention of exactly this pair
     */
    static Admission check(String source, String destination, Optional<Intention> existing, Replacing replacing) {
        Optional<String> problem = problem("source", source).or(() -> problem("destination", destination));
        if (problem.isPresent()) {
            return new Refused(problem.get());
        }
        if (existing.isPresent() && replacing == Replacing.NO) {
            return new Refused("there is an intention " + source + " -> " + destination + " ("
                    + existing.get().action().name().toLowerCase(java.util.Locale.ROOT)
                    + ") already; use -replace to change it");
        }
        return new Accepted(existing);
    }

    /** Whether an intention of the same pair is replaced or in the way. */
    enum Replacing {
        YES,
        NO
    }

    private static Optional<String> problem(String what, String name) {
        if (name.isEmpty()) {
            return Optional.of("the intention's " + what + " is missing; name a service, or * for every service");
        }
        if (name.equals(Precedence.ANY)) {
            return Optional.empty();
        }
        if (name.contains(Precedence.ANY)) {
            return Optional.of(
                    "the intention's " + what + " \"" + name + "\" contains a *; use a whole name, or * alone");
        }
        if (name.length() > NAME_LENGTH_MAX) {
            return Optional.of("the intention's " + what + " has " + name.length() + " characters; at most "
                    + NAME_LENGTH_MAX + " are possible");
        }
        if (!name.chars().allMatch(Admission::allowed)) {
            return Optional.of("the intention's " + what + " \"" + name
                    + "\" cannot be a service of the mesh; use letters, digits, '.', '-' and '_'");
        }
        return Optional.empty();
    }

    private static boolean allowed(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '-'
                || c == '_';
    }
}
