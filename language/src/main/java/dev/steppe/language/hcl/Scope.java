package dev.steppe.language.hcl;

import dev.steppe.language.value.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The variables an expression sees. Immutable as long as the lookups of the implementation are. */
public interface Scope {

    Optional<Value> variable(String name);

    /** The names that {@link #variable} knows, for suggestions. */
    List<String> names();

    /**
     * What a reference to an unknown variable stands for; empty makes it a mistake. Job files keep references that are
     * resolved on the node, later, as text here.
     */
    default Optional<Value> unknown(Expression.Reference reference) {
        return Optional.empty();
    }

    /** No variables. */
    static Scope empty() {
        return of(Collections.emptyMap());
    }

    static Scope of(Map<String, Value> variables) {
        Map<String, Value> copy = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
        return new Scope() {
            @Override
            public Optional<Value> variable(String name) {
                return Optional.ofNullable(copy.get(name));
            }

            @Override
            public List<String> names() {
                return List.copyOf(copy.keySet());
            }
        };
    }

    /** This scope with more variables, which hide those of the same name. */
    default Scope with(Map<String, Value> variables) {
        Scope outer = this;
        Scope inner = of(variables);
        return new Scope() {
            @Override
            public Optional<Value> variable(String name) {
                Optional<Value> found = inner.variable(name);
                return found.isPresent() ? found : outer.variable(name);
            }

            @Override
            public List<String> names() {
                List<String> names = new ArrayList<>(inner.names());
                names.addAll(outer.names());
                return names;
            }

            @Override
            public Optional<Value> unknown(Expression.Reference reference) {
                return outer.unknown(reference);
            }
        };
    }
}
