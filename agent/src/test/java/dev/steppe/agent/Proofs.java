package dev.steppe.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Which tests prove which fields: a test stands at the beginning of a line as {@code Class#method}, and below it, indented, by
 * section and colon, what it proves.
 */
public final class Proofs {
    /** What a test needs to have a node that runs: an agent in this process or in one of its own. */
    private static final Pattern RUNS_A_NODE =
            Pattern.compile("RunningNode|Assembly|ChildAgent|Agents\\.|new ProcessBuilder");

    private final SortedSet<String> fields = new TreeSet<>();
    private final SortedMap<String, List<String>> fieldsOf = new TreeMap<>();

    private Proofs() {}

    /** Reads a file of that name beside the others. */
    public static Proofs read(String name) throws IOException {
        var proofs = new Proofs();
        var test = "";
        var file = Repository.root()
                .resolve("agent/src/test/resources/dev/steppe/agent/proofs")
                .resolve(name);
        for (String line : Files.readAllLines(file)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (!line.startsWith(" ")) {
                test = line.strip();
                continue;
            }
            int colon = line.indexOf(':');
            var section = line.substring(0, colon).strip();
            for (String field : line.substring(colon + 1).strip().split(" +", -1)) {
                var path = section.isEmpty() ? field : section + "." + field;
                proofs.fields.add(path);
                proofs.fieldsOf.computeIfAbsent(test, any -> new ArrayList<>()).add(path);
            }
        }
        return proofs;
    }

    /** All that is said to be proven: section, a dot, field. */
    public List<String> fields() {
        return List.copyOf(fields);
    }

    /** What is wrong with the tests that are named; a word of a field has to stand in its test. */
    public List<String> problems(Function<String, List<String>> words) throws IOException {
        var problems = new ArrayList<String>();
        for (String test : fieldsOf.keySet()) {
            var parts = test.split("#", 2);
            var source = parts.length == 2 ? source(parts[0]) : "";
            if (!Pattern.compile("@(Test|ParameterizedTest)\\s+(@\\w+(\\([^)]*\\))?\\s+)*void "
                            + Pattern.quote(parts[parts.length - 1]) + "\\(")
                    .matcher(source)
                    .find()) {
                problems.add(test + " is no test");
                continue;
            }
            if (!RUNS_A_NODE.matcher(source).find() || source.contains("@Disabled")) {
                problems.add(test + " has no running node, or is disabled");
            }
            for (String field : fieldsOf.getOrDefault(test, List.of())) {
                if (words.apply(field).stream().noneMatch(word -> says(source, word))) {
                    problems.add(test + " does not say " + field);
                }
            }
        }
        return problems;
    }

    private static boolean says(String source, String word) {
        return Pattern.compile("(?<![A-Za-z0-9_-])" + Pattern.quote(word) + "(?![A-Za-z0-9_-])")
                .matcher(source)
                .find();
    }

    private static String source(String name) throws IOException {
        var root = Repository.root().resolve("agent/src/test/java");
        try (var files = Files.walk(root)) {
            var found = files.filter(file -> file.getFileName().equals(Path.of(name + ".java")))
                    .toList();
            // a line break within a text stands before a word, not in it
            return found.size() == 1 ? Files.readString(found.getFirst()).replace("\\n", " ") : "";
        }
    }
}
