package dev.steppe.language.function;

import dev.steppe.language.value.Value;
import java.util.Map;
import java.util.TreeMap;

/** Collects functions, each with the number of arguments it takes. */
final class Definitions {
    static final int ANY = Integer.MAX_VALUE;

    private final Map<String, Function> functions = new TreeMap<>();

    /** What a function does once its arguments have been counted. */
    @FunctionalInterface
    interface Action {
        Value apply(Arguments arguments) throws FunctionException;
    }

    void add(String name, int least, int most, Action action) {
        functions.put(name, values -> {
            if (values.size() < least || values.size() > most) {
                throw new FunctionException("takes " + count(least, most) + ", not " + values.size());
            }
            return action.apply(new Arguments(values));
        });
    }

    void add(String name, int count, Action action) {
        add(name, count, count, action);
    }

    private static String count(int least, int most) {
        String plural = least == 1 ? " argument" : " arguments";
        if (least == most) {
            return "exactly " + least + plural;
        }
        return most == ANY ? "at least " + least + plural : least + " to " + most + " arguments";
    }

    Map<String, Function> functions() {
        return functions;
    }
}
