package dev.steppe.jobspec;

import dev.steppe.language.hcl.Body;
import dev.steppe.language.value.Conversion;
import dev.steppe.language.value.Value;
import dev.steppe.model.Affinity;
import dev.steppe.model.Constraint;
import java.util.List;
import java.util.Map;

/**
 * The short forms of constraints and affinities: {@code regexp = "x"} for {@code operator = "regexp"} and
 * {@code value = "x"}, {@code distinct_hosts = true}, {@code distinct_property = "${attr.rack}"}.
 */
final class ConstraintSugar {
    private static final List<String> OPERATORS =
            List.of("regexp", "version", "semver", "set_contains", "set_contains_all", "set_contains_any");
    private static final List<String> DISTINCT = List.of("distinct_hosts", "distinct_property");
    private static final String DROPPED = "Dropped";

    private ConstraintSugar() {}

    static List<String> names(Class<?> type) {
        if (type == Constraint.class) {
            return java.util.stream.Stream.concat(OPERATORS.stream(), DISTINCT.stream())
                    .toList();
        }
        return type == Affinity.class ? OPERATORS : List.of();
    }

    static boolean applies(Class<?> type, String name) {
        return names(type).contains(name);
    }

    static void read(Body.Attribute attribute, Value value, Map<String, Object> result, Findings findings) {
        String name = attribute.name();
        if (result.containsKey("Operand")) {
            findings.error(
                    attribute.nameRange(), "The constraint has an operator already", "Write one constraint each.");
            return;
        }
        if (name.equals("distinct_hosts")) {
            boolean wanted = Conversion.toBool(value).orElse(true);
            if (Conversion.toBool(value).isEmpty()) {
                findings.error(attribute.expression().range(), "\"distinct_hosts\" must be true or false", "");
            }
            result.put(wanted ? "Operand" : DROPPED, name);
            return;
        }
        String text = Conversion.toText(value).orElse("");
        if (text.isEmpty()) {
            findings.error(attribute.expression().range(), "\"" + name + "\" must be a string", "");
        }
        result.put("Operand", name);
        result.put(name.equals("distinct_property") ? "LTarget" : "RTarget", text);
    }

    /** True for a constraint that says it does not want what it names. */
    static boolean isDropped(Map<String, Object> constraint) {
        return constraint.containsKey(DROPPED);
    }
}
