package dev.steppe.language.function;

import dev.steppe.language.value.Conversion;
import dev.steppe.language.value.Value;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/** abs, ceil, floor, log, max, min, parseint, pow, signum. */
final class NumericFunctions {
    private NumericFunctions() {}

    static void define(Definitions definitions) {
        definitions.add("abs", 1, arguments -> Value.of(arguments.number(0).abs()));
        definitions.add("ceil", 1, arguments -> Value.of(arguments.number(0).setScale(0, RoundingMode.CEILING)));
        definitions.add("floor", 1, arguments -> Value.of(arguments.number(0).setScale(0, RoundingMode.FLOOR)));
        definitions.add("signum", 1, arguments -> Value.of(arguments.number(0).signum()));
        definitions.add("max", 1, Definitions.ANY, arguments -> {
            BigDecimal greatest = arguments.number(0);
            for (int i = 1; i < arguments.count(); i++) {
                greatest = greatest.max(arguments.number(i));
            }
            return Value.of(greatest);
        });
        definitions.add("min", 1, Definitions.ANY, arguments -> {
            BigDecimal least = arguments.number(0);
            for (int i = 1; i < arguments.count(); i++) {
                least = least.min(arguments.number(i));
            }
            return Value.of(least);
        });
        definitions.add(
                "log",
                2,
                arguments -> fraction(Math.log(arguments.number(0).doubleValue())
                        / Math.log(arguments.number(1).doubleValue())));
        definitions.add("pow", 2, NumericFunctions::power);
        definitions.add("parseint", 2, NumericFunctions::parse);
    }

    private static Value power(Arguments arguments) throws FunctionException {
        BigDecimal base = arguments.number(0);
        BigDecimal exponent = arguments.number(1).stripTrailingZeros();
        if (exponent.scale() <= 0
                && exponent.signum() >= 0
                && exponent.compareTo(BigDecimal.valueOf(1_000)) <= 0
                && base.precision() <= 100) {
            BigDecimal power = base.pow(exponent.intValueExact());
            if (Conversion.isReasonable(power)) {
                return Value.of(power);
            }
        }
        return fraction(Math.pow(base.doubleValue(), exponent.doubleValue()));
    }

    private static Value fraction(double result) throws FunctionException {
        if (!Double.isFinite(result)) {
            throw new FunctionException("has no finite result for these arguments");
        }
        return Value.of(BigDecimal.valueOf(result));
    }

    private static Value parse(Arguments arguments) throws FunctionException {
        String digits = arguments.text(0);
        int base = arguments.integer(1);
        if (base < 2 || base > 36) {
            throw new FunctionException("the base must be 2 to 36, not " + base);
        }
        if (digits.length() > 1_000) {
            throw new FunctionException("the number is too long");
        }
        try {
            return Value.of(new BigDecimal(new BigInteger(digits, base)));
        } catch (NumberFormatException notNumber) {
            throw new FunctionException("\"" + digits + "\" is not a whole number to base " + base);
        }
    }
}
