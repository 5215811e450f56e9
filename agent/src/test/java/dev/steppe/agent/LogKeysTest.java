package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.agent.log.AgentLog;
import dev.steppe.model.codec.Codec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What configurations in both dialects say about the log of an agent's process has its effect on one that runs. */
class LogKeysTest {
    private static final System.Logger LOG = System.getLogger(LogKeysTest.class.getName());

    @TempDir
    Path directory;

    private final ByteArrayOutputStream console = new ByteArrayOutputStream();

    /** What the process of an agent does first. */
    private AgentLog install(String nomad, String consul) throws IOException {
        var one = Files.writeString(directory.resolve("nomad.hcl"), "region = \"global\"\n" + nomad);
        var other = Files.writeString(directory.resolve("consul.hcl"), "server = true\n" + consul);
        var parsed = AgentArguments.parse(
                List.of("-dev", "-config=" + one, "-config=" + other), Map.of("HOME", directory.toString()), false);
        var settings = parsed.options()
                .orElseThrow(() -> new AssertionError(parsed.trouble()))
                .configuration()
                .log();
        console.reset();
        return AgentLog.install(settings, new PrintStream(console, true, StandardCharsets.UTF_8));
    }

    private List<String> files(String folder) throws IOException {
        try (var all = Files.list(directory.resolve(folder))) {
            return all.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static void talk() {
        for (int i = 0; i < 60; i++) {
            LOG.log(Level.INFO, "line " + i + " of many, which are all about as long as this one");
        }
    }

    /** So many bytes and no more are in each file, and so many files are kept. */
    private void assertThatFilesAreBounded(RunningNode node, String folder, int closed) {
        // the agent talks too, and may close a file while one looks
        node.await("bounded files", () -> {
            talk();
            assertThat(files(folder)).hasSize(closed + 1).contains("steppe.log");
            for (String file : files(folder)) {
                assertThat(Files.size(directory.resolve(folder).resolve(file))).isLessThanOrEqualTo(2_000);
            }
            assertThat(Files.readString(directory.resolve(folder).resolve("steppe.log")))
                    .contains("line 59 of many");
            return true;
        });
    }

    private void assertThatFilesAreClosedInTime(RunningNode node, String folder) {
        node.await("a closed file", () -> {
            LOG.log(Level.ERROR, "a line that is later than the one before");
            return files(folder).size() > 1;
        });
    }

    private void assertThatLinesAreObjects(boolean located) throws Exception {
        for (String line : console.toString(StandardCharsets.UTF_8).lines().toList()) {
            var event = (Map<?, ?>) Codec.fromJson(Object.class, line);
            assertThat(event.containsKey("@message")).as(line).isTrue();
            assertThat(event.containsKey("@caller")).as(line).isEqualTo(located);
        }
    }

    @Test
    void a_node_joins_once_and_what_changes_in_it_is_named() throws Exception {
        try (var _ = install("", "");
                var node = RunningNode.start(directory, "")) {
            assertThat(node.say("node", "meta", "apply", "owner=me")).endsWith("exit 0");
            node.await(
                    "the change in the log",
                    () -> console.toString(StandardCharsets.UTF_8).contains("node changed node="));
            assertThat(console.toString(StandardCharsets.UTF_8).lines())
                    .filteredOn(line -> line.contains("node joined"))
                    .hasSize(1);
            assertThat(console.toString(StandardCharsets.UTF_8)).contains("what=meta owner\n");
        }
    }

    @Test
    void each_dialect_says_how_much_is_logged_in_what_form_and_in_which_files() throws Exception {
        try (var _ = install("""
                        log_file             = "%s/one/"
                        log_json             = true
                        log_include_location = true
                        log_rotate_bytes     = 2000
                        log_rotate_max_files = 2
                        """.formatted(directory), "");
                var node = RunningNode.start(directory, "")) {
            node.await(
                    "a word of the agent",
                    () -> console.toString(StandardCharsets.UTF_8).contains("node joined"));
            assertThatFilesAreBounded(node, "one", 2);
            assertThat(console.toString(StandardCharsets.UTF_8)).contains("\"@caller\":\"LogKeysTest.talk\"");
            assertThatLinesAreObjects(true);

            try (var _ = install("""
                    log_file            = "%s/two/"
                    log_rotate_duration = "1ms"
                    """.formatted(directory), "")) {
                assertThatFilesAreClosedInTime(node, "two");
                assertThat(console.toString(StandardCharsets.UTF_8))
                        .contains("[ERROR] agent.agent: a line that is later")
                        .doesNotContain("LogKeysTest");
            }
            try (var _ = install("", """
                    log_file             = "%s/three/"
                    log_json             = true
                    log_rotate_bytes     = 2000
                    log_rotate_max_files = -1
                    """.formatted(directory))) {
                assertThatFilesAreBounded(node, "three", 0);
                assertThatLinesAreObjects(false);
            }
            try (var _ = install("", """
                    log_file            = "%s/four/"
                    log_level           = "ERROR"
                    log_rotate_duration = "1ms"
                    """.formatted(directory))) {
                talk();
                assertThatFilesAreClosedInTime(node, "four");
                assertThat(console.toString(StandardCharsets.UTF_8))
                        .contains("a line that is later")
                        .doesNotContain("of many");
            }
        }
    }
}
