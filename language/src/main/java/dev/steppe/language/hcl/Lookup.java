package dev.steppe.language.hcl;

import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.SourceRange;
import dev.steppe.language.source.Spelling;
import dev.steppe.language.value.Conversion;
import dev.steppe.language.value.Value;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** Finds what is inside lists and objects. */
final class Lookup {
    private Lookup() {}

    static Value step(Value source, Value key, SourceRange range) throws DiagnosticException {
        return switch (source) {
            case Value.Sequence(List<Value> elements) -> element(elements, key, range);
            case Value.Mapping(Map<String, Value> entries) -> entry(entries, key, range);
            case Value.Text _, Value.Number _, Value.Bool _ ->
                throw refuse(range, "A value of type " + source.kind() + " has nothing inside", "");
            case Value.Null _ -> throw refuse(range, "The value is null and has nothing inside", "");
        };
    }

    private static Value element(List<Value> elements, Value key, SourceRange range) throws DiagnosticException {
        BigDecimal index = Conversion.toNumber(key)
                .orElseThrow(
                        () -> refuse(range, "The index of a list must be a number, not of type " + key.kind(), ""));
        boolean whole = index.stripTrailingZeros().scale() <= 0;
        if (!whole || index.signum() < 0 || index.compareTo(BigDecimal.valueOf(elements.size())) >= 0) {
            throw refuse(
                    range,
                    "The list has no element " + index.toPlainString(),
                    "It has " + elements.size() + " element(s), counted from 0.");
        }
        return elements.get(index.intValueExact());
    }

    private static Value entry(Map<String, Value> entries, Value key, SourceRange range) throws DiagnosticException {
        String name = Conversion.toText(key)
                .orElseThrow(() -> refuse(range, "A key must be a string, not of type " + key.kind(), ""));
        Value value = entries.get(name);
        if (value == null) {
            throw refuse(
                    range, "The object has no attribute \"" + name + "\"", Spelling.suggestion(name, entries.keySet()));
        }
        return value;
    }

    private static DiagnosticException refuse(SourceRange range, String message, String detail) {
        return new DiagnosticException(Diagnostic.error(range, message, detail));
    }
}
