package dev.steppe.language.version;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Conditions on a version, separated by commas, all of which must hold: {@code >= 1.2, < 2}. Immutable. */
public final class VersionConstraints {
    /** Longest first, so that none is taken for the beginning of another. */
    private static final List<String> OPERATORS = List.of(">=", "<=", "!=", "~>", "=", ">", "<");

    private final Dialect dialect;
    private final List<Condition> conditions;

    /** How versions are read and pre-releases compared. */
    public enum Dialect {
        /** A pre-release satisfies an order only of pre-releases of the same version; {@code ~>} is known. */
        VERSION,
        /** Semantic versioning: pre-releases take part in the order like all others; {@code ~>} is unknown. */
        SEMVER
    }

    private record Condition(String operator, Version version) {}

    /** The text is not a list of conditions; the message says what is wrong with which. */
    public static final class InvalidConstraintException extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidConstraintException(String message) {
            super(message);
        }
    }

    private VersionConstraints(Dialect dialect, List<Condition> conditions) {
        this.dialect = dialect;
        this.conditions = List.copyOf(conditions);
    }

    public static VersionConstraints parse(String text, Dialect dialect) throws InvalidConstraintException {
        List<Condition> conditions = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            conditions.add(condition(part.strip(), dialect));
        }
        return new VersionConstraints(dialect, conditions);
    }

    private static Condition condition(String text, Dialect dialect) throws InvalidConstraintException {
        Optional<String> operator = OPERATORS.stream().filter(text::startsWith).findFirst();
        String rest = text.substring(operator.map(String::length).orElse(0)).strip();
        if (operator.equals(Optional.of("~>")) && dialect == Dialect.SEMVER) {
            throw new InvalidConstraintException(
                    "\"" + text + "\": semver knows no \"~>\"; write a lower and an upper bound");
        }
        Version version = read(rest, dialect)
                .orElseThrow(() -> new InvalidConstraintException(
                        "\"" + text + "\" is not a condition on a version, such as \">= 1.2.3\""));
        return new Condition(operator.orElse("="), version);
    }

    private static Optional<Version> read(String text, Dialect dialect) {
        return switch (dialect) {
            case VERSION -> Version.parse(text);
            case SEMVER -> Version.parseSemantic(text);
        };
    }

    /** Whether the text is a version of this dialect and meets all conditions. */
    public boolean matches(String text) {
        return read(text, dialect).map(this::matches).orElse(false);
    }

    public boolean matches(Version version) {
        return conditions.stream().allMatch(condition -> holds(condition, version));
    }

    private boolean holds(Condition condition, Version version) {
        Version bound = condition.version();
        int order = version.compareTo(bound);
        return switch (condition.operator()) {
            case "=" -> order == 0;
            case "!=" -> order != 0;
            case ">" -> comparable(version, bound) && order > 0;
            case ">=" -> comparable(version, bound) && order >= 0;
            case "<" -> comparable(version, bound) && order < 0;
            case "<=" -> comparable(version, bound) && order <= 0;
            default -> comparable(version, bound) && isCompatible(version, bound);
        };
    }

    /** A pre-release is only let in by a bound that is a pre-release of the same version. */
    private boolean comparable(Version version, Version bound) {
        return dialect == Dialect.SEMVER
                || !version.isPrerelease()
                || bound.isPrerelease() && version.hasNumbersOf(bound);
    }

    /** {@code ~> 1.2.3}: at least that, and only the last number that was written may be greater. */
    private static boolean isCompatible(Version version, Version bound) {
        if (version.compareTo(bound) < 0
                || bound.isPrerelease() && !version.isPrerelease()
                || bound.numbers().size() > version.numbers().size()) {
            return false;
        }
        for (int i = 0; i < bound.written() - 1; i++) {
            if (!version.number(i).equals(bound.number(i))) {
                return false;
            }
        }
        return true;
    }
}
