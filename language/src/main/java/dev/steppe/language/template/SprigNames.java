package dev.steppe.language.template;

/** Sprig's other names for functions that are here: {@code must} ones, and those of paths in an operating system's notation. */
final class SprigNames {
    private SprigNames() {}

    static void define(FunctionSet.Group group) {
        String[] strict = {
            "append",
            "chunk",
            "compact",
            "deepCopy",
            "first",
            "has",
            "initial",
            "last",
            "merge",
            "mergeOverwrite",
            "prepend",
            "push",
            "regexFind",
            "regexFindAll",
            "regexMatch",
            "regexReplaceAll",
            "regexReplaceAllLiteral",
            "regexSplit",
            "rest",
            "reverse",
            "slice",
            "toJson",
            "toPrettyJson",
            "toRawJson",
            "uniq",
            "without"
        };
        for (String name : strict) {
            group.same("sprig_must" + capital(name), "sprig_" + name);
        }
        for (String path : new String[] {"base", "clean", "dir", "ext", "isAbs"}) {
            group.same("sprig_os" + capital(path), "sprig_" + path);
        }
    }

    private static String capital(String name) {
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }
}
