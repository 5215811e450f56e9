package dev.steppe.api.http;

import dev.steppe.language.filter.Filter;
import dev.steppe.language.filter.InvalidFilterException;
import dev.steppe.language.source.Spelling;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The parameter {@code filter} of a list: which of its things it shows, by the fields of their JSON. Immutable. */
public final class Filtering {
    private final Dialect dialect;
    private final Optional<Filter> filter;

    private Filtering(Dialect dialect, Optional<Filter> filter) {
        this.dialect = dialect;
        this.filter = filter;
    }

    /** What a request asks for; one that cannot be read is refused with the place. */
    public static Filtering of(Request request, Dialect dialect) throws Refused {
        return of(request.query().text("filter"), dialect);
    }

    /** As an expression says; without one everything is shown. */
    public static Filtering of(Optional<String> expression, Dialect dialect) throws Refused {
        if (expression.isEmpty()) {
            return new Filtering(dialect, Optional.empty());
        }
        try {
            return new Filtering(dialect, Optional.of(Filter.parse(expression.get())));
        } catch (InvalidFilterException wrong) {
            throw refused(dialect, wrong.text());
        }
    }

    /** The things of a list that are shown. */
    public <T> List<T> of(List<T> things) throws Refused {
        if (filter.isEmpty()) {
            return things;
        }
        var sieve = begin();
        var shown = new ArrayList<T>();
        for (T thing : things) {
            if (sieve.shows(thing)) {
                shown.add(thing);
            }
        }
        sieve.end();
        return shown;
    }

    /** The things of a list that are shown, of which each has a name. */
    public SortedMap<String, Object> of(SortedMap<String, Object> things) throws Refused {
        if (filter.isEmpty()) {
            return things;
        }
        var sieve = begin();
        var shown = new TreeMap<String, Object>();
        for (Map.Entry<String, Object> entry : things.entrySet()) {
            if (sieve.shows(entry.getValue())) {
                shown.put(entry.getKey(), entry.getValue());
            }
        }
        sieve.end();
        return shown;
    }

    /** Begins to look at the things of one list. */
    public Sieve begin() {
        return new Sieve();
    }

    private static Refused refused(Dialect dialect, String reason) {
        return Refused.invalid((dialect == Dialect.NOMAD
                        ? "failed to read filter expression: "
                        : "Failed to create boolean expression evaluator: ")
                + reason);
    }

    /** A look at the things of one list, one after the other. */
    public final class Sieve {
        private final TreeSet<String> unseen = new TreeSet<>();
        private final TreeSet<String> known = new TreeSet<>();

        private Sieve() {
            filter.ifPresent(it -> unseen.addAll(it.fields()));
        }

        /** Whether a thing is shown, that may be told in several ways: fields of later ones win. */
        public boolean shows(Object... told) throws Refused {
            if (filter.isEmpty()) {
                return true;
            }
            var fields = new HashMap<String, @Nullable Object>();
            for (Object each : told) {
                fields(each).forEach((name, value) -> fields.put(String.valueOf(name), value));
            }
            if (!unseen.isEmpty()) {
                unseen.removeAll(fields.keySet());
                known.addAll(fields.keySet());
            }
            try {
                return filter.get().holds(fields);
            } catch (InvalidFilterException wrong) {
                throw refused(dialect, wrong.text());
            }
        }

        /** A field that no thing has is a mistake, and not the same as a field without a value. */
        public void end() throws Refused {
            if (!unseen.isEmpty() && !known.isEmpty()) {
                var field = unseen.first();
                var meant = Spelling.suggestion(field, known);
                throw refused(
                        dialect,
                        "there is no field \"" + field + "\". "
                                + (meant.isEmpty() ? "There are " + String.join(", ", known) : meant));
            }
        }

        private static Map<?, ?> fields(Object thing) {
            try {
                var json = Codec.fromJson(Object.class, Codec.toJsonBytes(thing, false));
                return json instanceof Map<?, ?> map ? map : Map.of();
            } catch (CodecException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }
}
