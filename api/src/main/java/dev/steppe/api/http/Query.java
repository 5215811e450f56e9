package dev.steppe.api.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The decoded query string: parameters in order, repeatable, a value-less {@code ?name} has the empty value. */
public record Query(List<Parameter> parameters) {

    public Query {
        parameters = List.copyOf(parameters);
    }

    /** One decoded parameter. */
    public record Parameter(String name, String value) {}

    /** Reads the part after the question mark; empty text gives no parameters. */
    static Query parse(String text) throws Refused {
        var parameters = new ArrayList<Parameter>();
        if (!text.isEmpty()) {
            for (var part : text.split("&")) {
                if (part.isEmpty()) {
                    continue;
                }
                int equals = part.indexOf('=');
                var name = equals < 0 ? part : part.substring(0, equals);
                var value = equals < 0 ? "" : part.substring(equals + 1);
                parameters.add(new Parameter(PercentCode.decodeQuery(name), PercentCode.decodeQuery(value)));
            }
        }
        return new Query(parameters);
    }

    /** The first value of this name, possibly empty text. */
    public Optional<String> first(String name) {
        for (var parameter : parameters) {
            if (parameter.name.equals(name)) {
                return Optional.of(parameter.value);
            }
        }
        return Optional.empty();
    }

    /** The first value of this name that is not empty text. */
    public Optional<String> text(String name) {
        return first(name).filter(value -> !value.isEmpty());
    }

    /** All values of this name. */
    public List<String> all(String name) {
        var values = new ArrayList<String>();
        for (var parameter : parameters) {
            if (parameter.name.equals(name)) {
                values.add(parameter.value);
            }
        }
        return values;
    }

    /** True for {@code ?name} and for the words Go reads as true; false when absent or false; refuses anything else. */
    public boolean flag(String name) throws Refused {
        var value = first(name);
        if (value.isEmpty()) {
            return false;
        }
        return switch (value.get()) {
            case "", "1", "t", "T", "true", "TRUE", "True" -> true;
            case "0", "f", "F", "false", "FALSE", "False" -> false;
            default ->
                throw Refused.invalid(
                        "Invalid value for ?" + name + ": \"" + value.get() + "\" is not a boolean, use true or false");
        };
    }

    /** The whole number, zero or more, of this name; refuses what is not one. */
    public long number(String name, long whenAbsent) throws Refused {
        var value = text(name);
        if (value.isEmpty()) {
            return whenAbsent;
        }
        try {
            long number = Long.parseLong(value.get());
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // refused below, with the value
        }
        throw Refused.invalid("Invalid value for ?" + name + ": \"" + value.get() + "\" is not a whole number >= 0");
    }
}
