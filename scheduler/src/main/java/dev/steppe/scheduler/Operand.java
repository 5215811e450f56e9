package dev.steppe.scheduler;

import dev.steppe.language.pattern.InvalidPatternException;
import dev.steppe.language.pattern.LinearPattern;
import dev.steppe.language.version.VersionConstraints;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/** The comparisons of constraints and affinities, as the job specification names them. */
final class Operand {
    private static final int NUMBER_LENGTH_MAX = 256;

    private Operand() {}

    /** Whether the comparison holds; a side that a node does not have makes all but the negations false. */
    static boolean holds(String operand, Optional<String> left, Optional<String> right) {
        return switch (operand) {
            case "is_set" -> left.isPresent();
            case "is_not_set" -> left.isEmpty();
            case "!=", "not" -> !left.equals(right);
            default ->
                left.isPresent()
                        && right.isPresent()
                        && ready(operand, right.get())
                                .filter(comparison -> comparison.test(left.get()))
                                .isPresent();
        };
    }

    /** The comparison with a right side that stays the same; empty for those that look at whether there is a value. */
    static Optional<Predicate<String>> ready(String operand, String right) {
        return switch (operand) {
            case "=", "==", "is" -> Optional.of(right::equals);
            case "<" -> Optional.of(left -> order(left, right) < 0);
            case "<=" -> Optional.of(left -> order(left, right) <= 0);
            case ">" -> Optional.of(left -> order(left, right) > 0);
            case ">=" -> Optional.of(left -> order(left, right) >= 0);
            case "regexp" -> Optional.of(matching(right));
            case "version" -> Optional.of(meeting(right, VersionConstraints.Dialect.VERSION));
            case "semver" -> Optional.of(meeting(right, VersionConstraints.Dialect.SEMVER));
            case "set_contains", "set_contains_all" -> {
                var wanted = elements(right);
                yield Optional.of(left -> elements(left).containsAll(wanted));
            }
            case "set_contains_any" -> {
                var wanted = elements(right);
                yield Optional.of(left -> elements(left).stream().anyMatch(wanted::contains));
            }
            default -> Optional.empty();
        };
    }

    /** Numbers by value, anything else as text; so is what is too long for a number anybody would write. */
    private static int order(String left, String right) {
        if (Math.max(left.length(), right.length()) > NUMBER_LENGTH_MAX) {
            return left.compareTo(right);
        }
        try {
            return new BigDecimal(left).compareTo(new BigDecimal(right));
        } catch (NumberFormatException notNumbers) {
            return left.compareTo(right);
        }
    }

    /** In time that grows with the text's length only: an expression of one job must not hold up the others. */
    private static Predicate<String> matching(String expression) {
        try {
            return LinearPattern.compile(expression)::isFoundIn;
        } catch (InvalidPatternException malformed) {
            return text -> false;
        }
    }

    private static Predicate<String> meeting(String constraints, VersionConstraints.Dialect dialect) {
        try {
            return VersionConstraints.parse(constraints, dialect)::matches;
        } catch (VersionConstraints.InvalidConstraintException malformed) {
            return version -> false;
        }
    }

    private static TreeSet<String> elements(String list) {
        var elements = new TreeSet<String>();
        for (String element : list.split(",")) {
            elements.add(element.strip());
        }
        return elements;
    }
}
