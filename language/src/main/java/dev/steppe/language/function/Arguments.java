package dev.steppe.language.function;

import dev.steppe.language.value.Conversion;
import dev.steppe.language.value.Value;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** The arguments of a call, taken out by position as what the function needs. */
final class Arguments {
    private final List<Value> values;

    Arguments(List<Value> values) {
        this.values = values;
    }

    int count() {
        return values.size();
    }

    List<Value> all() {
        return values;
    }

    Value value(int index) {
        return values.get(index);
    }

    private FunctionException wrong(int index, String expected) {
        return new FunctionException("argument " + (index + 1) + " must be " + expected + ", not of type "
                + value(index).kind());
    }

    String text(int index) throws FunctionException {
        return Conversion.toText(value(index)).orElseThrow(() -> wrong(index, "a string"));
    }

    BigDecimal number(int index) throws FunctionException {
        return Conversion.toNumber(value(index)).orElseThrow(() -> wrong(index, "a number"));
    }

    /** A whole number of up to nine digits. */
    int integer(int index) throws FunctionException {
        BigDecimal number = number(index);
        if (number.stripTrailingZeros().scale() > 0 || number.abs().compareTo(BigDecimal.valueOf(999_999_999)) > 0) {
            throw new FunctionException(
                    "argument " + (index + 1) + " must be a whole number of up to nine digits, not " + number);
        }
        return number.intValueExact();
    }

    List<Value> list(int index) throws FunctionException {
        if (value(index) instanceof Value.Sequence(List<Value> elements)) {
            return elements;
        }
        throw wrong(index, "a list");
    }

    List<String> texts(int index) throws FunctionException {
        List<String> texts = new ArrayList<>();
        for (Value element : list(index)) {
            texts.add(Conversion.toText(element).orElseThrow(() -> wrong(index, "a list of strings")));
        }
        return texts;
    }

    SequencedMap<String, Value> sortedObject(int index) throws FunctionException {
        if (value(index) instanceof Value.Mapping mapping) {
            return mapping.sorted();
        }
        throw wrong(index, "an object");
    }

    Map<String, Value> object(int index) throws FunctionException {
        if (value(index) instanceof Value.Mapping(Map<String, Value> entries)) {
            return entries;
        }
        throw wrong(index, "an object");
    }

    /** The text, unless it is too long for a result. */
    static Value bounded(StringBuilder text) throws FunctionException {
        checkLength(text.length());
        return Value.of(text.toString());
    }

    static void checkLength(long length) throws FunctionException {
        if (length > FunctionTable.TEXT_LENGTH_MAX) {
            throw new FunctionException("the result is longer than " + FunctionTable.TEXT_LENGTH_MAX + " characters");
        }
    }
}
