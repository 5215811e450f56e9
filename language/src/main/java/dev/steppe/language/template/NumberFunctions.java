package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;

/** Functions on numbers: whole ones stay whole; the piped value, which comes last, is the first of the sum. */
final class NumberFunctions {
    private NumberFunctions() {}

    static void define(FunctionSet.Group group) {
        group.add("add", "B A", "A + B", it -> compute(it, Math::addExact, Double::sum))
                .add("subtract", "B A", "A - B", it -> compute(it, Math::subtractExact, (a, b) -> a - b))
                .add("multiply", "B A", "A * B", it -> compute(it, Math::multiplyExact, (a, b) -> a * b))
                .add(
                        "divide",
                        "B A",
                        "A / B, whole when both are",
                        it -> compute(it, NumberFunctions::divide, (a, b) -> a / b))
                .add("modulo", "B A", "what is left of A / B", NumberFunctions::modulo)
                .add("minimum", "B A", "the smaller one", it -> compute(it, Math::min, Math::min))
                .add("maximum", "B A", "the greater one", it -> compute(it, Math::max, Math::max));
    }

    private interface Whole {
        long apply(long a, long b);
    }

    private interface Real {
        double apply(double a, double b);
    }

    private static long divide(long a, long b) {
        if (b == 0) {
            throw new ArithmeticException("integer divide by zero");
        }
        return a / b;
    }

    private static Datum compute(Arguments arguments, Whole whole, Real real) throws FunctionException {
        Datum b = arguments.value(0);
        Datum a = arguments.value(1);
        try {
            return a instanceof Datum.Whole(long left) && b instanceof Datum.Whole(long right)
                    ? Datum.of(whole.apply(left, right))
                    : Datum.of(real.apply(real(a), real(b)));
        } catch (ArithmeticException impossible) {
            throw new FunctionException(String.valueOf(impossible.getMessage()));
        }
    }

    private static double real(Datum value) throws FunctionException {
        return switch (value) {
            case Datum.Whole(long number) -> number;
            case Datum.Real(double number) -> number;
            case Datum.Missing _,
                    Datum.Nil _,
                    Datum.Bool _,
                    Datum.Text _,
                    Datum.Sequence _,
                    Datum.Table _,
                    Datum.Structure _ ->
                throw new FunctionException("unknown type for \"" + Printing.plain(value) + "\" (" + value.type()
                        + "); make a number of it with parseInt or parseFloat");
        };
    }

    private static Datum modulo(Arguments arguments) throws FunctionException {
        long b = arguments.whole(0);
        if (b == 0) {
            throw new FunctionException("integer divide by zero");
        }
        return Datum.of(arguments.whole(1) % b);
    }
}
