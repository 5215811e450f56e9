package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import java.util.Optional;
import java.util.TreeMap;

/** Functions that read values from texts and write them as texts. */
final class CodingFunctions {
    private CodingFunctions() {}

    static void define(FunctionSet.Group group) {
        group.add("toJSON", "VALUE", "as JSON on one line", it -> Datum.of(JsonText.write(it.value(0), true, "")))
                .add(
                        "toJSONPretty",
                        "VALUE",
                        "as JSON on several lines",
                        it -> Datum.of(JsonText.write(it.value(0), true, "  ")))
                .add(
                        "toUnescapedJSON",
                        "VALUE",
                        "as JSON, with <, > and & as they are",
                        it -> Datum.of(JsonText.write(it.value(0), false, "")))
                .add(
                        "toUnescapedJSONPretty",
                        "VALUE",
                        "the same on several lines",
                        it -> Datum.of(JsonText.write(it.value(0), false, "  ")))
                .add("toYAML", "VALUE", "as YAML", it -> Datum.of(YamlText.write(it.value(0))))
                .add("toTOML", "VALUE", "as TOML", it -> Datum.of(TomlText.write(it.value(0))))
                .add(
                        "parseJSON",
                        "TEXT",
                        "the value of a JSON text; all its numbers are float64",
                        it -> it.text(0).isEmpty() ? Datum.table(new TreeMap<>()) : JsonText.read(it.text(0)))
                .add("parseYAML", "TEXT", "the value of a YAML text", it -> YamlText.read(it.text(0)))
                .add("parseBool", "TEXT", "true or false", CodingFunctions::truth)
                .add(
                        "parseInt",
                        "TEXT",
                        "a whole number",
                        it -> number(
                                it, Datum.of(0L), Numbers.whole(it.text(0), 10).map(Datum::of)))
                .add(
                        "parseUint",
                        "TEXT",
                        "a whole number, not below zero",
                        it -> number(
                                it,
                                Datum.of(0L),
                                Numbers.whole(it.text(0), 10)
                                        .filter(number -> number >= 0
                                                && !Printing.plain(it.value(0)).startsWith("+"))
                                        .map(Datum::of)))
                .add(
                        "parseFloat",
                        "TEXT",
                        "a number with a fraction",
                        it -> number(it, Datum.of(0.0), Numbers.real(it.text(0)).map(Datum::of)));
    }

    private static Datum number(Arguments arguments, Datum zero, Optional<Datum> read) throws FunctionException {
        String text = arguments.text(0);
        return text.isEmpty()
                ? zero
                : read.orElseThrow(() -> new FunctionException("parsing \"" + text + "\": invalid syntax"));
    }

    private static Datum truth(Arguments arguments) throws FunctionException {
        return switch (arguments.text(0)) {
            case "1", "t", "T", "true", "TRUE", "True" -> Datum.of(true);
            case "", "0", "f", "F", "false", "FALSE", "False" -> Datum.of(false);
            default -> throw new FunctionException("parsing \"" + arguments.text(0) + "\": invalid syntax");
        };
    }
}
