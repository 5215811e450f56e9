package dev.steppe.language.hcl;

import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.SourceRange;
import dev.steppe.language.value.Value;

/**
 * How much work and memory the evaluation of one document may take. Without it a few lines could double a text forty
 * times or walk five nested loops.
 */
final class Budget {
    private static final int STEPS_MAX = 2_000_000;
    private static final int WEIGHT_MAX = 2_000_000;
    private static final int DEPTH_MAX = 100;

    private int steps;

    void step(SourceRange range) throws DiagnosticException {
        spend(1, range);
    }

    private void spend(int amount, SourceRange range) throws DiagnosticException {
        steps += amount;
        if (steps > STEPS_MAX) {
            throw new DiagnosticException(Diagnostic.error(
                    range, "The expressions of this document take too long", "Make loops and lists smaller."));
        }
    }

    /** Lets a new value pass, or refuses it for its size. */
    Value charge(Value value, SourceRange range) throws DiagnosticException {
        int weight = weight(value, DEPTH_MAX, WEIGHT_MAX);
        checkLength(weight, range);
        spend(weight / 16 + 1, range);
        return value;
    }

    /** Refuses a value that has grown too large while it is built. */
    void checkLength(int length, SourceRange range) throws DiagnosticException {
        if (length > WEIGHT_MAX) {
            throw new DiagnosticException(Diagnostic.error(
                    range,
                    "The value is too large",
                    "At most " + WEIGHT_MAX + " characters and elements in " + DEPTH_MAX + " levels are allowed."));
        }
    }

    /** The number of characters and elements, or something greater than what is left when that is less. */
    private static int weight(Value value, int levels, int left) {
        if (levels == 0) {
            return left + 1;
        }
        int weight = 1;
        switch (value) {
            case Value.Text text -> weight += text.text().length();
            case Value.Sequence sequence -> {
                for (Value element : sequence.elements()) {
                    weight += weight(element, levels - 1, left - weight);
                    if (weight > left) {
                        return left + 1;
                    }
                }
            }
            case Value.Mapping mapping -> {
                for (var entry : mapping.entries().entrySet()) {
                    weight += entry.getKey().length() + weight(entry.getValue(), levels - 1, left - weight);
                    if (weight > left) {
                        return left + 1;
                    }
                }
            }
            case Value.Number _, Value.Bool _, Value.Null _ -> {}
        }
        return Math.min(weight, left + 1);
    }
}
