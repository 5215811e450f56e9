package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.regex.Pattern;

/** Sprig's functions on numbers. They take texts that spell numbers too; what does not is 0. */
final class SprigNumbers {
    private static final int LIST_MAX = 1_000_000;
    /** {@code 2.00} is a whole number, {@code 2.9} is none. */
    private static final Pattern ZEROS = Pattern.compile("\\.0+$");

    private SprigNumbers() {}

    static void define(FunctionSet.Group group) {
        group.add("sprig_add", "VALUE...", "the sum of whole numbers", it -> Datum.of(fold(it, 0, Long::sum)))
                .add("sprig_add1", "VALUE", "one more", it -> Datum.of(whole(it.value(0)) + 1))
                .add("sprig_sub", "A B", "A - B", it -> Datum.of(whole(it.value(0)) - whole(it.value(1))))
                .add(
                        "sprig_mul",
                        "A VALUE...",
                        "the product of whole numbers",
                        it -> Datum.of(fold(it, 1, (a, b) -> a * b)))
                .add("sprig_div", "A B", "A / B as whole numbers", it -> Datum.of(whole(it.value(0)) / divisor(it)))
                .add("sprig_mod", "A B", "what is left of A / B", it -> Datum.of(whole(it.value(0)) % divisor(it)))
                .add("sprig_max", "A VALUE...", "the greatest whole number", it -> Datum.of(pick(it, Math::max)))
                .add("sprig_biggest", "A VALUE...", "the same", it -> Datum.of(pick(it, Math::max)))
                .add("sprig_min", "A VALUE...", "the smallest whole number", it -> Datum.of(pick(it, Math::min)))
                .add("sprig_addf", "VALUE...", "the sum", it -> real(it, (a, b) -> a.add(b)))
                .add("sprig_add1f", "VALUE", "one more", it -> Datum.of(real(it.value(0)) + 1))
                .add("sprig_subf", "A VALUE...", "A less the others", it -> real(it, (a, b) -> a.subtract(b)))
                .add("sprig_mulf", "A VALUE...", "the product", it -> real(it, (a, b) -> a.multiply(b)))
                .add("sprig_divf", "A VALUE...", "A by the others", SprigNumbers::divide)
                .add("sprig_maxf", "A VALUE...", "the greatest number", it -> Datum.of(pickReal(it, Math::max)))
                .add("sprig_minf", "A VALUE...", "the smallest number", it -> Datum.of(pickReal(it, Math::min)))
                .add("sprig_ceil", "VALUE", "the next whole number above", it -> Datum.of(Math.ceil(real(it.value(0)))))
                .add(
                        "sprig_floor",
                        "VALUE",
                        "the next whole number below",
                        it -> Datum.of(Math.floor(real(it.value(0)))))
                .add("sprig_round", "VALUE DIGITS [FROM]", "rounded to so many digits", SprigNumbers::round)
                .add("sprig_int", "VALUE", "as a whole number", it -> Datum.of(whole(it.value(0))))
                .add("sprig_int64", "VALUE", "as a whole number", it -> Datum.of(whole(it.value(0))))
                .add("sprig_float64", "VALUE", "as a number with a fraction", it -> Datum.of(real(it.value(0))))
                .add(
                        "sprig_atoi",
                        "TEXT",
                        "as a whole number, 0 when it is none",
                        it -> Datum.of(Numbers.whole(it.text(0), 10).orElse(0L)))
                .add(
                        "sprig_toDecimal",
                        "VALUE",
                        "what octal digits mean",
                        it -> Datum.of(
                                Numbers.whole(SprigTexts.string(it.value(0)), 8).orElse(0L)))
                .add(
                        "sprig_until",
                        "TO",
                        "the whole numbers from 0 up to, not including, TO",
                        it -> steps(0, whole(it.value(0)), whole(it.value(0)) < 0 ? -1 : 1))
                .add(
                        "sprig_untilStep",
                        "FROM TO STEP",
                        "whole numbers with steps between",
                        it -> steps(it.whole(0), it.whole(1), it.whole(2)))
                .add(
                        "sprig_seq",
                        "NUMBER...",
                        "TO, FROM TO or FROM STEP TO as a text of numbers",
                        SprigNumbers::sequence);
    }

    static long whole(Datum value) {
        return switch (value) {
            case Datum.Whole(long number) -> number;
            case Datum.Real(double number) -> (long) number;
            case Datum.Bool(boolean truth) -> truth ? 1 : 0;
            case Datum.Missing _, Datum.Nil _, Datum.Sequence _, Datum.Table _ -> 0;
            case Datum.Text _, Datum.Structure _ ->
                Arguments.text(value)
                        .flatMap(text -> Numbers.whole(ZEROS.matcher(text).replaceFirst(""), 0))
                        .orElse(0L);
        };
    }

    static double real(Datum value) {
        return switch (value) {
            case Datum.Whole(long number) -> number;
            case Datum.Real(double number) -> number;
            case Datum.Bool(boolean truth) -> truth ? 1 : 0;
            case Datum.Missing _, Datum.Nil _, Datum.Sequence _, Datum.Table _ -> 0;
            case Datum.Text _, Datum.Structure _ ->
                Arguments.text(value).flatMap(Numbers::real).orElse(0.0);
        };
    }

    private static long divisor(Arguments arguments) throws FunctionException {
        long divisor = whole(arguments.value(1));
        if (divisor == 0) {
            throw new FunctionException("integer divide by zero");
        }
        return divisor;
    }

    private static long fold(Arguments arguments, long start, LongBinaryOperator operator) {
        return arguments.values().stream().mapToLong(SprigNumbers::whole).reduce(start, operator);
    }

    private static long pick(Arguments arguments, LongBinaryOperator operator) {
        return arguments.values().stream()
                .mapToLong(SprigNumbers::whole)
                .reduce(operator)
                .orElse(0);
    }

    private static double pickReal(Arguments arguments, DoubleBinaryOperator operator) {
        return arguments.values().stream()
                .mapToDouble(SprigNumbers::real)
                .reduce(operator)
                .orElse(0);
    }

    private static Datum real(Arguments arguments, java.util.function.BinaryOperator<BigDecimal> operator) {
        return Datum.of(arguments.values().stream()
                .map(value -> BigDecimal.valueOf(real(value)))
                .reduce(operator)
                .orElse(BigDecimal.ZERO)
                .doubleValue());
    }

    private static Datum divide(Arguments arguments) throws FunctionException {
        double result = real(arguments.value(0));
        for (Datum divisor : arguments.values().subList(1, arguments.count())) {
            if (real(divisor) == 0) {
                throw new FunctionException("division by 0");
            }
            result /= real(divisor);
        }
        return Datum.of(result);
    }

    private static Datum round(Arguments arguments) throws FunctionException {
        double up = arguments.count() > 2 ? real(arguments.value(2)) : 0.5;
        int digits = Math.clamp(arguments.whole(1), -300, 300);
        double power = Math.pow(10, digits);
        double scaled = real(arguments.value(0)) * power;
        if (!Double.isFinite(scaled)) {
            return Datum.of(real(arguments.value(0)));
        }
        // towards zero, so that what is below zero goes down unless FROM says so: as sprig does it
        double fraction = scaled - (scaled < 0 ? Math.ceil(scaled) : Math.floor(scaled));
        var rounded = BigDecimal.valueOf(fraction >= up ? Math.ceil(scaled) : Math.floor(scaled));
        return Datum.of(rounded.movePointLeft(digits)
                .setScale(Math.max(0, digits), RoundingMode.HALF_EVEN)
                .doubleValue());
    }

    private static List<Long> numbers(long from, long to, long step) throws FunctionException {
        var numbers = new ArrayList<Long>();
        if (step == 0 || step > 0 != to > from) {
            return numbers;
        }
        long count = Math.abs((to / step) - (from / step)) + 1;
        if (count < 0 || count > LIST_MAX) {
            throw new FunctionException("more than " + LIST_MAX + " numbers");
        }
        long number = from;
        while (step > 0 ? number < to : number > to) {
            numbers.add(number);
            boolean last = step > 0 ? number > Long.MAX_VALUE - step : number < Long.MIN_VALUE - step;
            number = last ? to : number + step;
        }
        return numbers;
    }

    private static Datum steps(long from, long to, long step) throws FunctionException {
        return Datum.of(numbers(from, to, step).stream().map(Datum::of).toList());
    }

    private static Datum sequence(Arguments arguments) throws FunctionException {
        var all = arguments.values().stream().map(SprigNumbers::whole).toList();
        long from = all.size() > 1 ? all.getFirst() : 1;
        long to = all.isEmpty() ? 0 : all.getLast();
        long step = all.size() == 3 ? all.get(1) : to < from ? -1 : 1;
        if (all.isEmpty() || all.size() > 3 || step == 0 || step > 0 != to >= from && to != from) {
            return Datum.of("");
        }
        var texts = new ArrayList<String>();
        numbers(from, step > 0 ? to + 1 : to - 1, step).forEach(number -> texts.add(number.toString()));
        return Datum.of(String.join(" ", texts));
    }
}
