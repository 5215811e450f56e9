package dev.steppe.mesh.intention;

import dev.steppe.model.Intention;
import dev.steppe.model.IntentionAction;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether a call is allowed, and by what.
 *
 * @param by the intention that decided; absent when none fits and the default holds
 */
public record Decision(String source, String destination, boolean allowed, Optional<Intention> by) {

    /** The rule in the words that proxies report too: {@code web -> db deny}, or {@code default deny}. */
    public String rule() {
        return by.map(Decision::text).orElse("default " + word(allowed));
    }

    /** One sentence for people. */
    public String explanation() {
        String verdict = source + " -> " + destination + (allowed ? " is allowed" : " is denied");
        String why = by.map(intention -> " by the intention " + text(intention) + " (precedence "
                        + Precedence.of(intention.source(), intention.destination()) + ")")
                .orElse(" by default; no intention fits");
        return remedy().map(command -> verdict + why + "; to allow it: " + command)
                .orElse(verdict + why);
    }

    /** The command that would allow a refused call. */
    public Optional<String> remedy() {
        if (allowed) {
            return Optional.empty();
        }
        boolean exact = by.filter(intention -> intention.source().equals(source)
                        && intention.destination().equals(destination))
                .isPresent();
        return Optional.of(
                "steppe intention create " + (exact ? "-replace " : "") + "-allow " + source + " " + destination);
    }

    private static String text(Intention intention) {
        return intention.source() + " -> " + intention.destination() + " "
                + word(intention.action() == IntentionAction.ALLOW);
    }

    private static String word(boolean allowed) {
        return (allowed ? IntentionAction.ALLOW : IntentionAction.DENY).name().toLowerCase(Locale.ROOT);
    }
}
