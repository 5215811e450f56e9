package dev.steppe.jobspec;

import dev.steppe.language.pattern.InvalidPatternException;
import dev.steppe.language.pattern.LinearPattern;
import dev.steppe.language.source.SourceRange;
import dev.steppe.language.source.Spelling;
import dev.steppe.language.version.VersionConstraints;
import dev.steppe.model.ConstraintOperators;
import java.util.Map;

/** Whether a constraint or affinity, in the API's JSON shape, can ever hold: its operator is known, its value can be read. */
final class ConstraintCheck {
    private ConstraintCheck() {}

    static void check(Map<String, Object> constraint, SourceRange range, Findings findings) {
        String operator = String.valueOf(constraint.getOrDefault("Operand", "="));
        String value = String.valueOf(constraint.getOrDefault("RTarget", ""));
        if (!ConstraintOperators.ALL.contains(operator)) {
            findings.error(
                    range,
                    "There is no operator \"" + operator + "\"",
                    Spelling.nearest(operator, ConstraintOperators.ALL)
                            .map(found -> "Did you mean \"" + found + "\"?")
                            .orElse("Known are " + String.join(" ", ConstraintOperators.ALL) + "."));
            return;
        }
        boolean needsAttribute = !operator.equals("distinct_hosts");
        if (needsAttribute
                && String.valueOf(constraint.getOrDefault("LTarget", "")).isEmpty()) {
            findings.error(
                    range, "The constraint needs \"attribute\"", "For example attribute = \"${attr.kernel.name}\".");
        }
        if (value.contains("${")) {
            return;
        }
        try {
            switch (operator) {
                case "regexp" -> LinearPattern.compile(value);
                case "version" -> VersionConstraints.parse(value, VersionConstraints.Dialect.VERSION);
                case "semver" -> VersionConstraints.parse(value, VersionConstraints.Dialect.SEMVER);
                default -> {}
            }
        } catch (InvalidPatternException wrong) {
            findings.error(range, "\"" + value + "\" is not a regular expression: " + wrong.reason(), "");
        } catch (VersionConstraints.InvalidConstraintException wrong) {
            findings.error(range, "The version constraint cannot be read: " + wrong.getMessage(), "");
        }
    }
}
