package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.model.archive.DamagedArchiveException;
import dev.steppe.state.Snapshot;
import dev.steppe.state.SnapshotFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An archive is read as it was written, and not at all when anything about it is wrong. */
class StateArchiveTest {
    @TempDir
    Path directory;

    private static StateArchive archive() throws IOException {
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
        var read = read(bytes());
        assertWhole(read);
        assertThat(read.bytes()).isEqualTo(state().length);
        assertThat(read.digest())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(state())));
        assertThat(read.toString()).doesNotContain("a2V5");
    }

    @Test
    void archive_is_the_same_bytes_each_time_and_knows_their_digest() throws Exception {
        assertThat(bytes()).isEqualTo(bytes());
        assertThat(archive().digest())
                .isEqualTo(MessageDigest.getInstance("SHA-256").digest(bytes()));
    }

    @Test
    void archive_of_version_1_is_read() throws Exception {
        var about = """
                {"Version":1,"ID":"old","Region":"global","Server":"s1","Index":7,"Term":3,"Created":"2026-01-31T08:00:00Z",
                 "Jobs":0,"Nodes":0,"Allocations":0}""";
        var read = read(zip(Map.of(
                "meta.json", about.getBytes(StandardCharsets.UTF_8),
                "keys.json", "{\"Keys\":{\"root\":\"a2V5\"}}".getBytes(StandardCharsets.UTF_8),
                "state.bin", state())));
        assertThat(read.description().id()).isEqualTo("old");
        assertThat(read.rootKeys()).isEqualTo(archive().rootKeys());
        try (var state = read.state()) {
            assertThat(state.readAllBytes()).isEqualTo(state());
        }
    }

    private static byte[] zip(Map<String, byte[]> files) throws Exception {
        var bytes = new ByteArrayOutputStream();
        var sums = new StringBuilder();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
                var sum = MessageDigest.getInstance("SHA-256").digest(file.getValue());
                sums.append(HexFormat.of().formatHex(sum))
                        .append("  ")
                        .append(file.getKey())
                        .append('\n');
            }
            zip.putNextEntry(new ZipEntry("SHA256SUMS"));
            zip.write(sums.toString().getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
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
        var accepted = new ArrayList<Integer>();
        for (int at = 0; at < whole.length; at++) {
            var changed = whole.clone();
            changed[at] ^= 0x10;
            try {
                assertWhole(read(changed));
                accepted.add(at);
            } catch (IOException refused) {
                assertThat(refused).hasMessageNotContaining("null");
            }
        }
        assertThat(accepted)
                .as("where one thing can be said in two ways")
                .allMatch(at -> at > 9)
                .hasSizeLessThan(5);
    }

    @Test
    void what_is_no_archive_is_refused_with_what_to_do() {
        assertThatThrownBy(() -> read("hello".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("operator snapshot save");
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
        try (var from = new TarArchiveInputStream(new GZIPInputStream(new ByteArrayInputStream(bytes())))) {
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

    @Test
    void file_that_is_there_twice_or_has_holes_or_another_name_is_refused() throws Exception {
        assertWhole(read(rebuilt(it -> it, 0)));
        assertThatThrownBy(() -> read(rebuilt(it -> it, 1))).hasMessageContaining("it has meta.json twice");
        assertThatThrownBy(() -> read(rebuilt(it -> renamed(it, "state.bin", TarConstants.LF_GNUTYPE_SPARSE), 0)))
                .hasMessageContaining("it has state.bin, which is no plain file");
        assertThatThrownBy(() -> read(rebuilt(it -> renamed(it, "keys.json", TarConstants.LF_NORMAL), 0)))
                .hasMessageContaining("it has keys.json, which no archive of a state has");
    }

    @Test
    void name_without_end_is_refused_before_it_is_read() throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var to = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            var name = new TarArchiveEntry("././@LongLink", TarConstants.LF_GNUTYPE_LONGNAME);
            name.setSize(1 << 20);
            to.putArchiveEntry(name);
            to.write(new byte[1 << 20]);
            to.closeArchiveEntry();
        }
        assertThatThrownBy(() -> read(bytes.toByteArray())).hasMessageContaining("which is no plain file");
    }

    @Test
    void archive_in_an_archive_is_refused_with_the_way_to_the_inner_one() throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var to = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            var inner = zip(Map.of("meta.json", new byte[1]));
            var entry = new TarArchiveEntry("state.bin");
            entry.setSize(inner.length);
            to.putArchiveEntry(entry);
            to.write(inner);
            to.closeArchiveEntry();
        }
        assertThatThrownBy(() -> read(bytes.toByteArray()))
                .isInstanceOf(DamagedArchiveException.class)
                .hasMessageContaining("tar -xzOf FILE state.bin");
    }

    @Test
    void key_that_is_none_is_the_fault_of_the_archive_and_a_missing_file_is_not() throws Exception {
        var bytes = new ByteArrayOutputStream();
        StateArchive.of(Snapshot.empty(), "global", "s1", 3, Instant.EPOCH, Map.of("root", "!"))
                .write(bytes);
        assertThatThrownBy(() -> read(bytes.toByteArray())).isInstanceOf(DamagedArchiveException.class);
        assertThatThrownBy(() -> SavedState.open(directory.resolve("none")))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(DamagedArchiveException.class);
    }

    private static TarArchiveEntry renamed(TarArchiveEntry entry, String name, byte kind) {
        return entry.getName().equals("state.bin") ? new TarArchiveEntry(name, kind) : entry;
    }
}
