package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.state.Snapshot;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An archive is read as it was written, and not at all when anything about it is wrong. */
class StateArchiveTest {
    private static StateArchive archive() throws IOException {
        return StateArchive.of(
                Snapshot.empty(), "global", "s1", 3, Instant.parse("2026-01-31T08:00:00Z"), Map.of("root", "a2V5"));
    }

    @Test
    void archive_is_read_as_it_was_written() throws Exception {
        var read = StateArchive.read(archive().bytes());
        assertThat(read.description()).isEqualTo(archive().description());
        assertThat(read.rootKeys()).containsEntry("root", "a2V5");
        assertThat(read.state()).isEqualTo(archive().state());
        assertThat(read.toString()).doesNotContain("a2V5");
    }

    @Test
    void archive_cut_anywhere_is_refused() throws Exception {
        var whole = archive().bytes();
        // the directory at the end of a zip repeats what was read before, so its loss loses nothing
        int directory = new String(whole, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("PK\u0001\u0002");
        for (int length = 0; length < directory; length += 7) {
            var cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> StateArchive.read(cut))
                    .as("cut to " + length)
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void archive_with_a_changed_byte_is_refused_or_the_same() throws Exception {
        var whole = archive().bytes();
        for (int at = 0; at < whole.length; at++) {
            var changed = whole.clone();
            changed[at] ^= 0x10;
            try {
                var read = StateArchive.read(changed);
                assertThat(read.state()).isEqualTo(archive().state());
                assertThat(read.rootKeys()).isEqualTo(archive().rootKeys());
                assertThat(read.description()).isEqualTo(archive().description());
            } catch (IOException refused) {
                assertThat(refused).hasMessageNotContaining("null");
            }
        }
    }

    @Test
    void what_is_no_archive_is_refused_with_what_to_do() {
        assertThatThrownBy(() -> StateArchive.read("hello".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("operator snapshot save");
    }
}
