package dev.steppe.client.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves that output is moved into numbered files, each line once and in order, whatever happens to the agent. */
class RotatedLogTest {
    @TempDir
    Path directory;

    private Path spool;

    @BeforeEach
    void open() {
        assumeTrue(LinuxCalls.isLinux(), "skipped: not Linux");
        spool = directory.resolve("stdout");
    }

    private RotatedLog log(int files, long bytes) {
        return log(files, bytes, false);
    }

    private RotatedLog log(int files, long bytes, boolean repeated) {
        return new RotatedLog(
                new RotatedLog.Place(spool, directory, "web.stdout.", repeated), new RotatedLog.Limits(files, bytes));
    }

    private void write(String text) throws IOException {
        Files.writeString(spool, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static String lines(int from, int to) {
        var text = new StringBuilder();
        for (int i = from; i < to; i++) {
            text.append("line ").append(i).append('\n');
        }
        return text.toString();
    }

    private TreeMap<Integer, String> files() throws IOException {
        var found = new TreeMap<Integer, String>();
        try (var all = Files.newDirectoryStream(directory, "web.stdout.*")) {
            for (Path file : all) {
                var name = file.getFileName().toString();
                found.put(Integer.parseInt(name.substring("web.stdout.".length())), Files.readString(file));
            }
        }
        return found;
    }

    @Test
    void lines_are_whole_in_order_and_in_files_no_longer_than_allowed() throws IOException {
        write(lines(0, 1000));
        log(100, 500).drain();
        assertThat(String.join("", files().values())).isEqualTo(lines(0, 1000));
        assertThat(files().values())
                .hasSizeGreaterThan(10)
                .allSatisfy(
                        text -> assertThat(text).hasSizeLessThanOrEqualTo(500).endsWith("\n"));
    }

    @Test
    void lines_are_whole_also_where_a_file_is_as_long_as_what_is_read_at_once() throws IOException {
        write(lines(0, 100_000));
        log(100, 64 * 1024).drain();
        assertThat(files().values())
                .hasSizeGreaterThan(10)
                .allSatisfy(text -> assertThat(text.startsWith("line ") && text.endsWith("\n"))
                        .isTrue());
        assertThat(String.join("", files().values()).equals(lines(0, 100_000))).isTrue();
    }

    @Test
    void only_the_newest_files_are_kept_and_the_numbers_go_on() throws IOException {
        var log = log(3, 100);
        for (int i = 0; i < 50; i++) {
            write(lines(i * 10, i * 10 + 10));
            log.drain();
        }
        assertThat(files()).hasSize(3);
        assertThat(files().firstKey()).isGreaterThan(20);
        assertThat(lines(0, 500)).endsWith(String.join("", files().values()));
    }

    @Test
    void a_line_longer_than_a_file_is_cut_and_loses_nothing() throws IOException {
        var text = "a".repeat(250_000) + "\n" + "b".repeat(10);
        write(text);
        log(1000, 1000).drain();
        assertThat(String.join("", files().values()).equals(text)).isTrue();
    }

    @Test
    void an_agent_killed_at_any_point_makes_the_next_one_go_on_exactly_there() throws IOException {
        var random = new SplittableRandom(42);
        int written = 0;
        var expected = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            var text = lines(written, written + random.nextInt(40));
            written += 40;
            expected.append(text);
            write(text);
            log(10_000, 300).advance();
            if (i % 7 == 0) {
                // killed between writing down a new file and making it
                var newest = directory.resolve("web.stdout." + files().lastKey());
                if (Files.size(newest) == 0) {
                    Files.delete(newest);
                }
            }
        }
        log(10_000, 300).drain();
        assertThat(String.join("", files().values())).isEqualTo(expected.toString());
    }

    @Test
    void what_was_written_while_no_agent_ran_is_caught_up_with() throws IOException {
        write(lines(0, 10));
        log(10, 1 << 20).drain();
        write(lines(10, 200_000));
        log(10, 1 << 20).drain();
        assertThat(String.join("", files().values())).isEqualTo(lines(0, 200_000));
    }

    @Test
    void the_disk_behind_what_was_moved_is_given_back_while_the_task_writes_on() throws Exception {
        var log = log(2, 1 << 20);
        var block = "x".repeat(1023) + "\n";
        for (int i = 0; i < 20; i++) {
            write(block.repeat(1024));
            log.drain();
        }
        assertThat(Files.size(spool)).isEqualTo(20 << 20);
        assertThat(bytesOnDisk(spool)).isLessThan(3 << 20);
        assertThat(files()).hasSize(2);
        var lengths = files().values().stream().mapToLong(String::length).sum();
        assertThat(lengths).isLessThanOrEqualTo(2 << 20);
    }

    private static long bytesOnDisk(Path file) throws Exception {
        var stat = new ProcessBuilder("stat", "-c", "%b %B", file.toString()).start();
        var words = new String(stat.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .strip()
                .split(" ", 2);
        stat.waitFor();
        return Long.parseLong(words[0]) * Long.parseLong(words[1]);
    }

    @Test
    void a_program_that_empties_its_own_output_begins_anew() throws IOException {
        var log = log(10, 1000);
        write(lines(0, 10));
        log.drain();
        Files.writeString(spool, "");
        log.drain();
        write(lines(50, 53));
        log.drain();
        assertThat(String.join("", files().values())).isEqualTo(lines(0, 10) + lines(50, 53));
    }

    @Test
    void output_that_is_cut_and_written_again_is_not_repeated() throws IOException {
        var log = log(10, 1000, true);
        write(lines(0, 10));
        log.drain();
        Files.writeString(spool, lines(0, 5));
        log.drain();
        write(lines(5, 20));
        log.drain();
        assertThat(String.join("", files().values())).isEqualTo(lines(0, 20));
    }

    @Test
    void a_task_that_runs_again_after_its_end_continues_the_numbers() throws IOException {
        write(lines(0, 100));
        log(10, 500).finish();
        assertThat(spool).doesNotExist();
        var last = files().lastKey();
        write(lines(100, 200));
        log(10, 500).finish();
        assertThat(String.join("", files().values())).isEqualTo(lines(0, 200));
        assertThat(files().lastKey()).isGreaterThan(last);
    }

    @Test
    void a_link_that_a_task_planted_is_replaced_and_not_followed() throws IOException {
        var secret = Files.writeString(directory.resolve("secret"), "untouched");
        for (int number : List.of(0, 1, 2)) {
            Files.createSymbolicLink(directory.resolve("web.stdout." + number), secret);
        }
        write(lines(0, 200));
        log(10, 400).drain();
        assertThat(secret).hasContent("untouched");
        var numbers = new ArrayList<>(files().keySet());
        for (int number : numbers) {
            assertThat(Files.isSymbolicLink(directory.resolve("web.stdout." + number)))
                    .isFalse();
        }
        assertThat(String.join("", files().values())).isEqualTo(lines(0, 200));
    }
}
