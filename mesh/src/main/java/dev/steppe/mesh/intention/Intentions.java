package dev.steppe.mesh.intention;

import dev.steppe.model.Intention;
import dev.steppe.model.IntentionAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All intentions in order of precedence, and what holds when none fits. Immutable. */
public final class Intentions {
    private final List<Intention> ordered;
    private final IntentionAction otherwise;

    private Intentions(List<Intention> ordered, IntentionAction otherwise) {
        this.ordered = ordered;
        this.otherwise = otherwise;
    }

    public static Intentions of(Iterable<Intention> intentions, IntentionAction otherwise) {
        List<Intention> ordered = new ArrayList<>();
        intentions.forEach(ordered::add);
        ordered.sort(Precedence.ORDER);
        return new Intentions(List.copyOf(ordered), otherwise);
    }

    /** Highest precedence first. */
    public List<Intention> ordered() {
        return ordered;
    }

    /** What holds when no intention fits. */
    public IntentionAction otherwise() {
        return otherwise;
    }

    /** Those that concern calls to a service, highest precedence first. */
    public List<Intention> to(String destination) {
        return ordered.stream()
                .filter(intention -> fits(intention.destination(), destination))
                .toList();
    }

    /** Those that concern calls from a service, highest precedence first. */
    public List<Intention> from(String source) {
        return ordered.stream()
                .filter(intention -> fits(intention.source(), source))
                .toList();
    }

    /** The first intention that fits decides. */
    public Decision decide(String source, String destination) {
        for (Intention intention : ordered) {
            if (fits(intention.source(), source) && fits(intention.destination(), destination)) {
                return new Decision(
                        source, destination, intention.action() == IntentionAction.ALLOW, Optional.of(intention));
            }
        }
        return new Decision(source, destination, otherwise == IntentionAction.ALLOW, Optional.empty());
    }

    private static boolean fits(String pattern, String service) {
        return pattern.equals(Precedence.ANY) || pattern.equals(service);
    }
}
