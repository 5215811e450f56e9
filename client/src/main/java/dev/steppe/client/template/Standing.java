package dev.steppe.client.template;

import dev.steppe.language.template.Query;
import dev.steppe.model.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/** How one template of a task stands. Owned by the loop. */
final class Standing {
    private final Blueprint blueprint;
    private Optional<String> hash;
    private Optional<SortedMap<String, String>> variables = Optional.empty();
    private Optional<String> pending = Optional.empty();
    private Instant firstChange = Instant.EPOCH;
    private Instant lastChange = Instant.EPOCH;
    private Set<Query> used = Set.of();
    private Set<Query> missing = Set.of();
    private Optional<String> mistake = Optional.empty();

    /** {@code hash} is of what was written by an earlier agent, if that is still there. */
    Standing(Blueprint blueprint, Optional<String> hash, Optional<SortedMap<String, String>> variables) {
        this.blueprint = blueprint;
        this.hash = hash;
        this.variables = variables;
    }

    Blueprint blueprint() {
        return blueprint;
    }

    /** Whether the file is there, as rendered once. */
    boolean isRendered() {
        return hash.isPresent();
    }

    /** Whether rendering it again could make a difference. */
    boolean isFollowed() {
        return !(blueprint.block().once() && isRendered());
    }

    Set<Query> used() {
        return isFollowed() ? used : Set.of();
    }

    Set<Query> missing() {
        return missing;
    }

    Optional<String> mistake() {
        return mistake;
    }

    /** What a template with {@code env = true} gives the task. */
    Optional<SortedMap<String, String>> variables() {
        return variables;
    }

    void waits(Set<Query> asked, Set<Query> lacking) {
        used = asked;
        missing = lacking;
        mistake = Optional.empty();
        pending = Optional.empty();
    }

    void failed(String message) {
        mistake = Optional.of(message);
        missing = Set.of();
        pending = Optional.empty();
    }

    /** It was rendered; what is new waits to be written. */
    void rendered(String text, Set<Query> asked, Instant now) {
        used = asked;
        missing = Set.of();
        mistake = Optional.empty();
        if (hash.filter(Sha256.hex(text)::equals).isPresent()) {
            pending = Optional.empty();
        } else if (pending.filter(text::equals).isEmpty()) {
            firstChange = pending.isEmpty() ? now : firstChange;
            lastChange = now;
            pending = Optional.of(text);
        }
    }

    /** When what is pending is to be written: at once the first time, later when changes have calmed down. */
    Optional<Instant> due() {
        if (pending.isEmpty()) {
            return Optional.empty();
        }
        if (!isRendered()) {
            return Optional.of(firstChange);
        }
        var calm = lastChange.plus(blueprint.gatherLeast());
        var latest = firstChange.plus(blueprint.gatherMost());
        return Optional.of(calm.isBefore(latest) ? calm : latest);
    }

    Optional<String> pending() {
        return pending;
    }

    void written(String text, Optional<SortedMap<String, String>> given) {
        hash = Optional.of(Sha256.hex(text));
        pending = pending.filter(newer -> !newer.equals(text));
        variables = given;
    }

    Duration splay() {
        return blueprint.block().splay();
    }
}
