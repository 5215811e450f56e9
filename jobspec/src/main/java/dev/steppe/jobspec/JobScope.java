package dev.steppe.jobspec;

import dev.steppe.language.hcl.Expression;
import dev.steppe.language.hcl.Scope;
import dev.steppe.language.value.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What expressions of a job file see: {@code var} and {@code local}. References that only the node can resolve
 * ({@code ${attr.kernel.name}}, {@code ${NOMAD_PORT_http}}, variables of the task's environment) stay as they are
 * written, for it to replace.
 */
record JobScope(Map<String, Value> variables, Map<String, Value> locals) implements Scope {
    private static final List<String> NODE_ROOTS = List.of("attr", "device", "env", "meta", "node", "secret");

    static JobScope of(Map<String, Value> variables, Map<String, Value> locals) {
        return new JobScope(new LinkedHashMap<>(variables), new LinkedHashMap<>(locals));
    }

    @Override
    public Optional<Value> variable(String name) {
        return switch (name) {
            case "var" -> Optional.of(Value.of(variables));
            case "local" -> Optional.of(Value.of(locals));
            default -> Optional.empty();
        };
    }

    @Override
    public List<String> names() {
        List<String> names = new ArrayList<>(List.of("var", "local"));
        names.addAll(NODE_ROOTS);
        return names;
    }

    @Override
    public Optional<Value> unknown(Expression.Reference reference) {
        return isForNode(reference)
                ? Optional.of(Value.of("${" + reference.range().text() + "}"))
                : Optional.empty();
    }

    /** A plain word counts only inside of an interpolation: elsewhere it is a string that lacks its quotes. */
    private static boolean isForNode(Expression.Reference reference) {
        String root = reference.root();
        if (NODE_ROOTS.contains(root)) {
            return !reference.steps().isEmpty();
        }
        if (root.startsWith("NOMAD_")) {
            return true;
        }
        String before = reference
                .range()
                .source()
                .text()
                .substring(0, reference.range().start())
                .stripTrailing();
        return reference.steps().isEmpty() && (before.endsWith("${") || before.endsWith("${~"));
    }
}
