package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.state.Snapshot;
import dev.steppe.state.SnapshotFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An archive is read as it was written, and not at all when anything about it is wrong. */
class StateArchiveTest {
    @TempDir
    Path directory;

    private static StateArchive archive() {
        return StateArchive.of(
                Snapshot.empty(), "global", "s1", 3, Instant.parse("2026-01-31T08:00:00Z"), Map.of("root", "a2V5"));
    }

    private static byte[] bytes() throws IOException {
        var bytes = new ByteArrayOutputStream();
        archive().write(bytes);
        return bytes.toByteArray();
    }

    private static byte[] state() throws IOException {
        var state = new ByteArrayOutputStream();
        SnapshotFile.write(Snapshot.empty(), state);
        return state.toByteArray();
    }

    private SavedState read(byte[] content) throws IOException {
        return SavedState.open(Files.write(directory.resolve("state.snap"), content));
    }

    private static void assertWhole(SavedState read) throws IOException {
        assertThat(read.description()).isEqualTo(archive().description());
        assertThat(read.rootKeys()).isEqualTo(archive().rootKeys());
        try (var state = read.state()) {
            assertThat(state.readAllBytes()).isEqualTo(state());
        }
    }

    @Test
    void archive_is_read_as_it_was_written() throws Exception {
        try (var read = read(bytes())) {
            assertWhole(read);
            assertThat(read.bytes()).isEqualTo(state().length);
            assertThat(read.toString()).doesNotContain("a2V5");
        }
    }

    @Test
    void archive_is_the_same_bytes_each_time_and_knows_their_number_and_digest() throws Exception {
        assertThat(bytes()).isEqualTo(bytes());
        var measure = archive().measure();
        assertThat(measure.bytes()).isEqualTo(bytes().length);
        assertThat(measure.sha256())
                .isEqualTo(MessageDigest.getInstance("SHA-256").digest(bytes()));
    }

    @Test
    void archive_cut_anywhere_is_refused() throws Exception {
        var whole = bytes();
        for (int length = 0; length < whole.length; length += 7) {
            var cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> read(cut)).as("cut to " + length).isInstanceOf(IOException.class);
        }
    }

    @Test
    void archive_with_a_changed_byte_is_refused_or_the_same() throws Exception {
        var whole = bytes();
        for (int at = 0; at < whole.length; at++) {
            var changed = whole.clone();
            changed[at] ^= 0x10;
            try (var read = read(changed)) {
                assertWhole(read);
            } catch (IOException refused) {
                assertThat(refused).hasMessageNotContaining("null");
            }
        }
    }

    @Test
    void what_is_no_archive_is_refused_with_what_to_do() {
        assertThatThrownBy(() -> read("hello".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("operator snapshot save");
    }
}
