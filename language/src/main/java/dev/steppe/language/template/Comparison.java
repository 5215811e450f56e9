package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;

/** Which values are equal and which is less. Go compares only what is of one kind. */
final class Comparison {
    private Comparison() {}

    private static FunctionException incompatible(Datum a, Datum b) {
        String hint = a instanceof Datum.Whole && b instanceof Datum.Real
                        || a instanceof Datum.Real && b instanceof Datum.Whole
                ? "; write whole numbers as 1.0 to compare them with float64, which numbers from JSON are"
                : "";
        return new FunctionException("incompatible types for comparison: " + a.type() + " and " + b.type() + hint);
    }

    static boolean equal(Datum a, Datum b) throws FunctionException {
        if (a.isNothing() || b.isNothing()) {
            return a.isNothing() && b.isNothing();
        }
        var left = Arguments.text(a);
        var right = Arguments.text(b);
        if (left.isPresent() && right.isPresent()) {
            return left.get().equals(right.get());
        }
        if (a instanceof Datum.Bool(boolean one) && b instanceof Datum.Bool(boolean two)) {
            return one == two;
        }
        if (a instanceof Datum.Whole(long one) && b instanceof Datum.Whole(long two)) {
            return one == two;
        }
        if (a instanceof Datum.Real(double one) && b instanceof Datum.Real(double two)) {
            return one == two;
        }
        boolean collections = a instanceof Datum.Sequence || a instanceof Datum.Table;
        if (collections && a.getClass() == b.getClass()) {
            throw new FunctionException("non-comparable types " + a.type() + " and " + b.type());
        }
        if (a instanceof Datum.Structure && b instanceof Datum.Structure) {
            return a.equals(b);
        }
        throw incompatible(a, b);
    }

    static boolean less(Datum a, Datum b) throws FunctionException {
        if (a instanceof Datum.Whole(long one) && b instanceof Datum.Whole(long two)) {
            return one < two;
        }
        if (a instanceof Datum.Real(double one) && b instanceof Datum.Real(double two)) {
            return one < two;
        }
        var left = Arguments.text(a);
        var right = Arguments.text(b);
        if (left.isPresent() && right.isPresent()) {
            return left.get().compareTo(right.get()) < 0;
        }
        if (a instanceof Datum.Bool || a.isNothing() || a instanceof Datum.Sequence || a instanceof Datum.Table) {
            throw new FunctionException("invalid type for comparison: " + a.type());
        }
        throw incompatible(a, b);
    }
}
