package dev.steppe.language.hcl;

import dev.steppe.language.value.Conversion;
import dev.steppe.language.value.Value;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Optional;

/** The operators on two numbers. Sums, differences and products are exact up to a bound, quotients have 150 digits. */
final class Arithmetic {
    private static final MathContext QUOTIENT = new MathContext(150, RoundingMode.HALF_EVEN);

    private Arithmetic() {}

    /** Empty when there is no result, or none that could be written out. */
    static Optional<Value> apply(Operator operator, BigDecimal left, BigDecimal right) {
        boolean divides = operator == Operator.DIVIDE || operator == Operator.REMAINDER;
        if (divides && right.signum() == 0) {
            return Optional.empty();
        }
        BigDecimal result = switch (operator) {
            case ADD -> left.add(right);
            case SUBTRACT -> left.subtract(right);
            case MULTIPLY -> left.multiply(right);
            case DIVIDE -> left.divide(right, QUOTIENT);
            case REMAINDER -> left.remainder(right);
            case OR, AND, EQUAL, NOT_EQUAL, GREATER, GREATER_OR_EQUAL, LESS, LESS_OR_EQUAL, NEGATE, NOT ->
                throw new IllegalArgumentException("not arithmetic: " + operator);
        };
        return Conversion.isReasonable(result) ? Optional.of(Value.of(result)) : Optional.empty();
    }
}
