package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a function is called with: its arguments, of which the piped one is the last, and the rendering it belongs to. */
record Arguments(List<Datum> values, Session session) {
    /** Longer results are refused before they are built. */
    static final int LENGTH_MAX = 16_000_000;

    int count() {
        return values.size();
    }

    Datum value(int index) {
        return values.get(index);
    }

    Datum last() {
        return values.getLast();
    }

    private FunctionException wrong(int index, String expected) {
        Datum value = values.get(index);
        return new FunctionException(
                value.isNothing()
                        ? "argument " + (index + 1) + ": invalid value; expected " + expected
                        : "argument " + (index + 1) + ": wrong type for value; expected " + expected + "; got "
                                + value.type());
    }

    String text(int index) throws FunctionException {
        return text(values.get(index)).orElseThrow(() -> wrong(index, "string"));
    }

    /** The texts that are texts already: strings, and what has a text that stands for it. */
    static Optional<String> text(Datum value) {
        return switch (value) {
            case Datum.Text(String text) -> Optional.of(text);
            case Datum.Structure structure -> structure.printed();
            case Datum.Missing _,
                    Datum.Nil _,
                    Datum.Bool _,
                    Datum.Whole _,
                    Datum.Real _,
                    Datum.Sequence _,
                    Datum.Table _ -> Optional.empty();
        };
    }

    long whole(int index) throws FunctionException {
        if (values.get(index) instanceof Datum.Whole(long number)) {
            return number;
        }
        throw wrong(index, "int");
    }

    boolean truth(int index) throws FunctionException {
        if (values.get(index) instanceof Datum.Bool(boolean truth)) {
            return truth;
        }
        throw wrong(index, "bool");
    }

    List<Datum> list(int index) throws FunctionException {
        return switch (values.get(index)) {
            case Datum.Sequence sequence -> sequence.elements();
            case Datum.Missing _, Datum.Nil _ -> List.of();
            case Datum.Bool _, Datum.Whole _, Datum.Real _, Datum.Text _, Datum.Table _, Datum.Structure _ ->
                throw wrong(index, "list");
        };
    }

    List<String> texts(int index) throws FunctionException {
        var texts = new ArrayList<String>();
        for (Datum element : list(index)) {
            texts.add(text(element).orElseThrow(() -> wrong(index, "list of strings")));
        }
        return texts;
    }

    Datum.Table table(int index) throws FunctionException {
        if (values.get(index) instanceof Datum.Table table) {
            return table;
        }
        throw wrong(index, "map");
    }

    static void checkLength(long length) throws FunctionException {
        if (length > LENGTH_MAX) {
            throw new FunctionException("the result is longer than " + LENGTH_MAX + " characters");
        }
    }
}
