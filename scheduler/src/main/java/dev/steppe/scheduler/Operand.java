package dev.steppe.scheduler;

import dev.steppe.language.version.VersionConstraints;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** The comparisons of constraints and affinities, as the job specification names them. */
final class Operand {
    /** The operands that look at one node by itself. */
    static final List<String> OF_A_NODE = List.of(
            "=",
            "==",
            "is",
            "!=",
            "not",
            "<",
            "<=",
            ">",
            ">=",
            "regexp",
            "version",
            "semver",
            "set_contains",
            "set_contains_all",
            "set_contains_any",
            "is_set",
            "is_not_set");

    /** The operands that look at where other allocations are. */
    static final List<String> OF_PLACEMENTS = List.of("distinct_hosts", "distinct_property");

    private Operand() {}

    /** Whether the comparison holds; a side that a node does not have makes all but the negations false. */
    static boolean holds(String operand, Optional<String> left, Optional<String> right) {
        return switch (operand) {
            case "is_set" -> left.isPresent();
            case "is_not_set" -> left.isEmpty();
            case "!=", "not" -> !left.equals(right);
            default -> left.isPresent() && right.isPresent() && compare(operand, left.get(), right.get());
        };
    }

    private static boolean compare(String operand, String left, String right) {
        return switch (operand) {
            case "=", "==", "is" -> left.equals(right);
            case "<" -> order(left, right) < 0;
            case "<=" -> order(left, right) <= 0;
            case ">" -> order(left, right) > 0;
            case ">=" -> order(left, right) >= 0;
            case "regexp" -> matches(left, right);
            case "version" -> meets(left, right, VersionConstraints.Dialect.VERSION);
            case "semver" -> meets(left, right, VersionConstraints.Dialect.SEMVER);
            case "set_contains", "set_contains_all" -> elements(left).containsAll(elements(right));
            case "set_contains_any" -> elements(right).stream().anyMatch(elements(left)::contains);
            default -> false;
        };
    }

    /** Numbers by value, anything else as text. */
    private static int order(String left, String right) {
        try {
            return new BigDecimal(left).compareTo(new BigDecimal(right));
        } catch (NumberFormatException notNumbers) {
            return left.compareTo(right);
        }
    }

    private static boolean matches(String text, String pattern) {
        try {
            return Pattern.compile(pattern).matcher(text).find();
        } catch (PatternSyntaxException malformed) {
            return false;
        }
    }

    private static boolean meets(String version, String constraints, VersionConstraints.Dialect dialect) {
        try {
            return VersionConstraints.parse(constraints, dialect).matches(version);
        } catch (VersionConstraints.InvalidConstraintException malformed) {
            return false;
        }
    }

    private static List<String> elements(String list) {
        return Arrays.stream(list.split(",")).map(String::strip).toList();
    }
}
