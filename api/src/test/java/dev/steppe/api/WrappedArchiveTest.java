package dev.steppe.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.api.http.Refused;
import dev.steppe.server.StateArchive;
import dev.steppe.state.Snapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WrappedArchiveTest {
    @TempDir
    Path directory;

    private static byte[] wrapped() throws IOException {
        var archive = StateArchive.of(
                Snapshot.empty(), "global", "s1", 3, Instant.parse("2026-01-31T08:00:00Z"), Map.of("root", "a2V5"));
        var bytes = new ByteArrayOutputStream();
        WrappedArchive.of(archive).write(bytes);
        return bytes.toByteArray();
    }

    /** The same files with their entries as {@code change} wants them, and the first ones again. */
    private static byte[] rebuilt(UnaryOperator<TarArchiveEntry> change, int again) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var to = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            add(to, change, Integer.MAX_VALUE);
            add(to, change, again);
        }
        return bytes.toByteArray();
    }

    private static void add(TarArchiveOutputStream to, UnaryOperator<TarArchiveEntry> change, int count)
            throws IOException {
        try (var from = new TarArchiveInputStream(new GZIPInputStream(new ByteArrayInputStream(wrapped())))) {
            int left = count;
            for (var entry = from.getNextEntry(); entry != null && left > 0; entry = from.getNextEntry()) {
                var changed = change.apply(entry);
                changed.setSize(entry.getSize());
                to.putArchiveEntry(changed);
                from.transferTo(to);
                to.closeArchiveEntry();
                left--;
            }
        }
    }

    private Path file(String name, byte[] content) throws IOException {
        return Files.write(directory.resolve(name), content);
    }

    private void refuses(byte[] content, String why) throws IOException {
        var file = file("body", content);
        assertThatThrownBy(() -> WrappedArchive.opened(file).close())
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.kind()).isEqualTo(Refused.Kind.INVALID))
                .hasMessageContaining(why);
        assertThat(directory).isDirectoryNotContaining(it -> !it.equals(file));
    }

    @Test
    void archive_is_opened_as_it_was_wrapped_and_leaves_nothing_beside_it() throws Exception {
        for (var content : new byte[][] {wrapped(), rebuilt(it -> it, 0)}) {
            try (var saved = WrappedArchive.opened(file("body", content))) {
                assertThat(saved.description().region()).isEqualTo("global");
                assertThat(directory).isDirectoryNotContaining(it -> !it.endsWith("body"));
            }
        }
    }

    @Test
    void a_file_that_is_there_twice_or_has_holes_is_refused() throws Exception {
        refuses(rebuilt(it -> it, 1), "it has meta.json twice");
        refuses(
                rebuilt(
                        it -> it.getName().equals("state.bin")
                                ? new TarArchiveEntry(it.getName(), TarConstants.LF_GNUTYPE_SPARSE)
                                : it,
                        0),
                "it has state.bin with holes");
    }
}
