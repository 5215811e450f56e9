package dev.steppe.language.version;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Versions as {@code ^1.2}, {@code ~1.2.3}, {@code 1.x}, {@code 1.2 - 1.4} or {@code >=1.0, <2.0 || 3.0.1} name them:
 * conditions with commas or blanks between all hold, one of the alternatives is enough. Immutable.
 */
public final class SemanticRange {
    private static final int TEXT_LENGTH_MAX = 1_000;
    private static final int NUMBERS = 3;
    private static final String OPERATOR = "(=>|=<|>=|<=|!=|~>|[=<>~^])?";
    private static final String PART = "([0-9]+|[xX*])";
    private static final String BOUND =
            "v?" + PART + "(?:\\." + PART + ")?(?:\\." + PART + ")?(?:-([0-9A-Za-z.-]+))?(?:\\+[0-9A-Za-z.-]+)?";
    private static final Pattern CONDITION =
            Pattern.compile("\\s*" + OPERATOR + "\\s*" + BOUND + "(?:\\s*,\\s*|\\s+|$)");
    private static final Pattern SPAN = Pattern.compile("(" + BOUND + ")\\s+-\\s+(" + BOUND + ")");

    /** Each alternative's conditions. */
    private final List<List<Condition>> alternatives;

    private SemanticRange(List<List<Condition>> alternatives) {
        this.alternatives = alternatives;
    }

    /** A condition on a version of which {@code written} numbers were written. */
    private record Condition(String operator, Version version, int written) {
        /** The first version above all that begin with the numbers up to this one. */
        private Version above(int index) {
            var numbers = new ArrayList<BigInteger>();
            for (int i = 0; i < NUMBERS; i++) {
                numbers.add(
                        i < index
                                ? version.number(i)
                                : i == index ? version.number(i).add(BigInteger.ONE) : BigInteger.ZERO);
            }
            return new Version(numbers, NUMBERS, "", "");
        }

        private boolean isBelow(Version other, int index) {
            return index < 0 || other.compareNumbers(above(index)) < 0;
        }

        private boolean isNamed(Version other) {
            return written == NUMBERS
                    ? other.compareTo(version) == 0
                    : other.compareTo(version) >= 0 && isBelow(other, written - 1);
        }

        private boolean holds(Version other) {
            if (other.isPrerelease() && !version.isPrerelease()) {
                return operator.equals("!=") && written == NUMBERS;
            }
            return switch (operator) {
                case "", "=" -> isNamed(other);
                case "!=" -> !isNamed(other);
                case ">" ->
                    written == NUMBERS ? other.compareTo(version) > 0 : written > 0 && !isBelow(other, written - 1);
                case ">=", "=>" -> other.compareTo(version) >= 0;
                case "<" -> other.compareTo(version) < 0;
                case "<=", "=<" -> written == NUMBERS ? other.compareTo(version) <= 0 : isBelow(other, written - 1);
                case "^" -> other.compareTo(version) >= 0 && isBelow(other, leading());
                default -> other.compareTo(version) >= 0 && (isAnyTilde() || isBelow(other, Math.min(written - 1, 1)));
            };
        }

        /** {@code ~0.0.0} has no upper bound. */
        private boolean isAnyTilde() {
            return written == NUMBERS
                    && leading() == NUMBERS - 1
                    && version.number(leading()).signum() == 0;
        }

        /** The first number that is not 0 and so tells what is compatible, else the last that was written. */
        private int leading() {
            for (int i = 0; i < written; i++) {
                if (version.number(i).signum() != 0) {
                    return i;
                }
            }
            return written - 1;
        }
    }

    /** Reads a range; empty when the text is none. */
    public static Optional<SemanticRange> parse(String text) {
        if (text.length() > TEXT_LENGTH_MAX) {
            return Optional.empty();
        }
        var alternatives = new ArrayList<List<Condition>>();
        for (String alternative : text.split("\\|\\|", -1)) {
            var conditions = conditions(SPAN.matcher(alternative.strip()).replaceAll(">=$1 <=$6"));
            if (conditions.isEmpty()) {
                return Optional.empty();
            }
            alternatives.add(conditions);
        }
        return Optional.of(new SemanticRange(alternatives));
    }

    /** The conditions of one alternative; none when there is a mistake. */
    private static List<Condition> conditions(String text) {
        var conditions = new ArrayList<Condition>();
        Matcher matcher = CONDITION.matcher(text);
        int position = 0;
        while (matcher.find() && matcher.start() == position) {
            conditions.add(condition(matcher));
            position = matcher.end();
            if (position == text.length()) {
                return conditions;
            }
        }
        return List.of();
    }

    private static Condition condition(Matcher matcher) {
        var numbers = new ArrayList<BigInteger>();
        int written = 0;
        for (int i = 0; i < NUMBERS; i++) {
            String part = matcher.start(2 + i) < 0 ? "x" : matcher.group(2 + i);
            boolean number = written == i && Character.isDigit(part.charAt(0));
            numbers.add(number ? new BigInteger(part) : BigInteger.ZERO);
            written += number ? 1 : 0;
        }
        String operator = matcher.start(1) < 0 ? "" : matcher.group(1);
        String prerelease = matcher.start(5) < 0 ? "" : matcher.group(5);
        return new Condition(operator, new Version(numbers, NUMBERS, prerelease, ""), written);
    }

    public boolean contains(Version version) {
        return alternatives.stream()
                .anyMatch(conditions -> conditions.stream().allMatch(condition -> condition.holds(version)));
    }
}
