package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Proves that the list of what the scheduler promises names tests that exist, and leaves out no story. */
class ProofsTest {
    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w+)#(\\w+)`");
    private static final Pattern STORY = Pattern.compile("`((?:fates|scenarios)/[\\w.-]+)`");
    private static final Pattern TEST = Pattern.compile("(?m)^    void (\\w+)\\(");

    private final Path root = Repository.root();

    private List<String> rows() throws IOException {
        return Files.readAllLines(root.resolve("docs/scheduling.md")).stream()
                .filter(line -> line.startsWith("| ") && !line.matches("\\| (what|when) \\|.*"))
                .toList();
    }

    /** The names of tests by the simple name of their class; modules may have classes of the same name. */
    private TreeMap<String, TreeSet<String>> tests() throws IOException {
        var tests = new TreeMap<String, TreeSet<String>>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(it -> it.toString().contains("src/test/java")
                            && it.toString().endsWith("Test.java"))
                    .toList()) {
                var name = file.getFileName().toString().replace(".java", "");
                var found = TEST.matcher(Files.readString(file));
                while (found.find()) {
                    tests.computeIfAbsent(name, it -> new TreeSet<>()).add(found.group(1));
                }
            }
        }
        return tests;
    }

    private TreeSet<String> stories() throws IOException {
        var stories = new TreeSet<String>();
        for (String folder : List.of("scheduler/src/test/resources/fates", "server/src/test/resources/scenarios")) {
            try (Stream<Path> files = Files.list(root.resolve(folder))) {
                files.forEach(file -> stories.add(root.resolve(folder).getFileName() + "/" + file.getFileName()));
            }
        }
        return stories;
    }

    @Test
    void every_promise_of_the_scheduler_has_a_test_by_name() throws IOException {
        var tests = tests();
        var stories = stories();
        var missing = new ArrayList<String>();
        int promises = 0;
        for (String row : rows()) {
            promises++;
            boolean proved = false;
            var named = NAMED.matcher(row);
            while (named.find()) {
                proved = true;
                if (!tests.getOrDefault(named.group(1), new TreeSet<>()).contains(named.group(2))) {
                    missing.add("there is no test " + named.group(1) + "#" + named.group(2));
                }
            }
            var told = STORY.matcher(row);
            while (told.find()) {
                proved = true;
                if (!stories.contains(told.group(1))) {
                    missing.add("there is no story " + told.group(1));
                }
            }
            if (!proved) {
                missing.add("nothing proves: " + row);
            }
        }
        assertThat(missing).isEmpty();
        assertThat(promises).isGreaterThan(60);
    }

    @Test
    void every_story_has_its_place_in_the_list() throws IOException {
        var listed = new TreeSet<String>();
        var named = STORY.matcher(Files.readString(root.resolve("docs/scheduling.md")));
        while (named.find()) {
            listed.add(named.group(1));
        }
        assertThat(listed).containsExactlyElementsOf(stories());
    }
}
