package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.TreeMap;

/** One rendering's dealings with its data: what it asked for, what was not there, and its scratchpad. */
final class Session {
    private final TemplateData data;
    private final LinkedHashSet<Query> used = new LinkedHashSet<>();
    private final LinkedHashSet<Query> missing = new LinkedHashSet<>();
    private final TreeMap<String, Datum> scratch = new TreeMap<>();

    Session(TemplateData data) {
        this.data = data;
    }

    SequencedSet<Query> used() {
        return used;
    }

    SequencedSet<Query> missing() {
        return missing;
    }

    TreeMap<String, Datum> scratch() {
        return scratch;
    }

    Instant now() {
        return data.now();
    }

    Optional<String> environment(String name) {
        return data.environment(name);
    }

    /** What the template cannot do without; the rendering goes on with {@code meanwhile} to learn what else it needs. */
    Datum need(Query query, Datum meanwhile) throws FunctionException {
        Optional<Datum> found = look(query);
        if (found.isEmpty()) {
            missing.add(query);
        }
        return found.orElse(meanwhile);
    }

    /** What may also not exist; only not knowing holds the rendering up. */
    Optional<Datum> look(Query query) throws FunctionException {
        used.add(query);
        return switch (data.ask(query)) {
            case TemplateData.Answer.Known(Datum value) -> Optional.of(value);
            case TemplateData.Answer.Absent _ -> Optional.empty();
            case TemplateData.Answer.Unknown _ -> {
                missing.add(query);
                yield Optional.empty();
            }
            case TemplateData.Answer.Refused(String reason) -> throw new FunctionException(reason);
        };
    }
}
