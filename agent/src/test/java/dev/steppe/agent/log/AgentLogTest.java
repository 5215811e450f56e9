package dev.steppe.agent.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.agent.configuration.LogLevel;
import dev.steppe.agent.configuration.LogSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves what is logged at which level, in which form, and how a log file is rotated. */
class AgentLogTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path directory;

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    private LogSettings settings(LogLevel level, boolean json, Optional<String> file) {
        return new LogSettings(level, json, false, file, Duration.ofHours(24), 0, Optional.empty());
    }

    private AgentLog install(LogSettings settings) throws IOException {
        return AgentLog.install(settings, new PrintStream(shown, true, StandardCharsets.UTF_8));
    }

    private static void say() {
        var log = System.getLogger("dev.steppe.agent.log.AgentLogTest");
        log.log(System.Logger.Level.DEBUG, "a detail of the test");
        log.log(System.Logger.Level.WARNING, "a warning of the test\nwith a second line");
    }

    private List<String> lines() {
        return shown.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains("of the test"))
                .toList();
    }

    @Test
    void events_below_the_level_are_left_out_and_the_level_can_change() throws IOException {
        try (var log = install(settings(LogLevel.WARN, false, Optional.empty()))) {
            say();
            assertThat(lines())
                    .singleElement()
                    .asString()
                    .matches("\\d{4}-\\S+ \\[WARN] agent\\.agent\\.log: a warning of the test\\\\nwith a second line");
            log.apply(settings(LogLevel.DEBUG, false, Optional.empty()));
            say();
            assertThat(lines()).hasSize(3);
            log.apply(settings(LogLevel.OFF, false, Optional.empty()));
            say();
            assertThat(lines()).hasSize(3);
        }
    }

    @Test
    void json_is_one_object_a_line() throws IOException {
        try (var log = install(settings(LogLevel.INFO, true, Optional.empty()))) {
            say();
            assertThat(log).isNotNull();
            assertThat(lines())
                    .singleElement()
                    .asString()
                    .startsWith("{")
                    .contains("\"@level\":\"warn\"", "\"@message\":\"a warning of the test\\nwith a second line\"");
        }
    }

    @Test
    void a_file_gets_the_same_and_only_its_owner_may_read_it() throws IOException {
        try (var log = install(settings(LogLevel.INFO, false, Optional.of(directory + "/logs/")))) {
            say();
            assertThat(log).isNotNull();
        }
        var file = directory.resolve("logs/steppe.log");
        assertThat(Files.readString(file)).contains("a warning of the test");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void a_file_is_put_aside_when_it_is_large_and_when_it_is_old_and_the_oldest_go() throws IOException {
        var path = directory.resolve("a.log");
        try (var file = new RotatedFile(path, Duration.ofHours(1), 10, Optional.of(2), START)) {
            for (int i = 0; i < 5; i++) {
                file.write("line " + i + "\n", START.plusMillis(i));
            }
            assertThat(Files.readString(path)).isEqualTo("line 4\n");
            assertThat(aside()).containsExactly("line 2\n", "line 3\n");
            file.write("x\n", START.plus(Duration.ofHours(2)));
            assertThat(Files.readString(path)).isEqualTo("x\n");
            assertThat(aside()).containsExactly("line 3\n", "line 4\n");
        }
    }

    private List<String> aside() throws IOException {
        try (var files = Files.list(directory)) {
            return files.filter(file -> !file.endsWith("a.log"))
                    .sorted()
                    .map(AgentLogTest::read)
                    .toList();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }
}
