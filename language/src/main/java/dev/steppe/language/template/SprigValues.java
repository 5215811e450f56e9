package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;

/** Sprig's functions on values of any kind, and on paths. */
final class SprigValues {
    private SprigValues() {}

    static void define(FunctionSet.Group group) {
        choices(group);
        kinds(group);
        json(group);
        paths(group);
    }

    private static void choices(FunctionSet.Group group) {
        group.add(
                        "sprig_default",
                        "DEFAULT [VALUE]",
                        "the value, or the default when it is empty",
                        it -> it.count() > 1 && it.value(1).isTrue() ? it.value(1) : it.value(0))
                .add(
                        "sprig_empty",
                        "VALUE",
                        "whether it is empty, 0, false or nothing",
                        it -> Datum.of(!it.value(0).isTrue()))
                .add(
                        "sprig_coalesce",
                        "VALUE...",
                        "the first that is not empty",
                        it -> it.values().stream()
                                .filter(Datum::isTrue)
                                .findFirst()
                                .orElse(Datum.nil()))
                .add(
                        "sprig_all",
                        "VALUE...",
                        "whether none is empty",
                        it -> Datum.of(it.values().stream().allMatch(Datum::isTrue)))
                .add(
                        "sprig_any",
                        "VALUE...",
                        "whether one is not empty",
                        it -> Datum.of(it.values().stream().anyMatch(Datum::isTrue)))
                .add(
                        "sprig_ternary",
                        "YES NO TRUTH",
                        "one of two values",
                        it -> it.truth(2) ? it.value(0) : it.value(1));
    }

    private static void kinds(FunctionSet.Group group) {
        group.add("sprig_fail", "MESSAGE", "stops with a message", it -> {
                    throw new FunctionException(it.text(0));
                })
                .add("sprig_kindOf", "VALUE", "its kind", it -> Datum.of(kind(it.value(0))))
                .add(
                        "sprig_kindIs",
                        "KIND VALUE",
                        "whether it is of the kind",
                        it -> Datum.of(kind(it.value(1)).equals(it.text(0))))
                .add("sprig_typeOf", "VALUE", "its type", it -> Datum.of(type(it.value(0))))
                .add(
                        "sprig_typeIs",
                        "TYPE VALUE",
                        "whether it is of the type",
                        it -> Datum.of(type(it.value(1)).equals(it.text(0))))
                .add(
                        "sprig_typeIsLike",
                        "TYPE VALUE",
                        "the same",
                        it -> Datum.of(type(it.value(1)).equals(it.text(0))))
                .add(
                        "sprig_deepEqual",
                        "A B",
                        "whether they are the same throughout",
                        it -> Datum.of(it.value(0).equals(it.value(1))));
    }

    private static void json(FunctionSet.Group group) {
        group.add("sprig_toJson", "VALUE", "as JSON", it -> Datum.of(JsonText.write(it.value(0), true, "")))
                .add(
                        "sprig_toPrettyJson",
                        "VALUE",
                        "as JSON on several lines",
                        it -> Datum.of(JsonText.write(it.value(0), true, "  ")))
                .add(
                        "sprig_toRawJson",
                        "VALUE",
                        "as JSON, with <, > and & as they are",
                        it -> Datum.of(JsonText.write(it.value(0), false, "")))
                .add("sprig_fromJson", "TEXT", "the value of a JSON text; nothing when it is none", it -> {
                    try {
                        return JsonText.read(it.text(0));
                    } catch (FunctionException none) {
                        return Datum.nil();
                    }
                })
                .add(
                        "sprig_mustFromJson",
                        "TEXT",
                        "the same; a mistake when it is none",
                        it -> JsonText.read(it.text(0)));
    }

    private static void paths(FunctionSet.Group group) {
        group.add("sprig_base", "PATH", "the last part of a path", it -> Datum.of(base(it.text(0))))
                .add("sprig_dir", "PATH", "a path without its last part", it -> Datum.of(directory(it.text(0))))
                .add("sprig_ext", "PATH", "the ending from the last dot on", it -> {
                    String name = it.text(0).substring(it.text(0).lastIndexOf('/') + 1);
                    return Datum.of(name.indexOf('.') < 0 ? "" : name.substring(name.lastIndexOf('.')));
                })
                .add("sprig_clean", "PATH", "a path without . and ..", it -> Datum.of(clean(it.text(0))))
                .add(
                        "sprig_isAbs",
                        "PATH",
                        "whether it begins at the root",
                        it -> Datum.of(it.text(0).startsWith("/")));
    }

    private static String kind(Datum value) {
        return switch (value) {
            case Datum.Missing _, Datum.Nil _ -> "invalid";
            case Datum.Bool _ -> "bool";
            case Datum.Whole _ -> "int";
            case Datum.Real _ -> "float64";
            case Datum.Text _ -> "string";
            case Datum.Sequence _ -> "slice";
            case Datum.Table _ -> "map";
            case Datum.Structure _ -> "struct";
        };
    }

    static String type(Datum value) {
        return switch (value) {
            case Datum.Missing _, Datum.Nil _ -> "<nil>";
            case Datum.Sequence _ -> "[]interface {}";
            case Datum.Table _ -> "map[string]interface {}";
            case Datum.Bool _, Datum.Whole _, Datum.Real _, Datum.Text _, Datum.Structure _ -> value.type();
        };
    }

    private static String base(String path) {
        String trimmed = TextFunctions.trimEnd(path, "/");
        if (trimmed.isEmpty()) {
            return path.isEmpty() ? "." : "/";
        }
        return trimmed.substring(trimmed.lastIndexOf('/') + 1);
    }

    private static String directory(String path) {
        return clean(path.substring(0, path.lastIndexOf('/') + 1));
    }

    private static String clean(String path) {
        if (path.isEmpty()) {
            return ".";
        }
        String normal = java.nio.file.Path.of(path).normalize().toString();
        while (path.startsWith("/")
                && (normal.startsWith("/..") && (normal.length() == 3 || normal.charAt(3) == '/'))) {
            normal = normal.length() == 3 ? "/" : normal.substring(3);
        }
        return normal.isEmpty() ? "." : normal;
    }
}
