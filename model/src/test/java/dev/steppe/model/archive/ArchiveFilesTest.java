package dev.steppe.model.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.model.Sha256;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

/** What is read of an archive of a state, whatever its files hold. */
class ArchiveFilesTest {
    private record Entry(String name, byte[] content) {
        static Entry of(String name, String text) {
            return new Entry(name, text.getBytes(StandardCharsets.UTF_8));
        }

        /** The files and the sums of them. */
        static List<Entry> summed(Entry... files) {
            var all = new ArrayList<>(List.of(files));
            var sums = new StringBuilder();
            for (var file : files) {
                sums.append(Sha256.hex(file.content()))
                        .append("  ")
                        .append(file.name())
                        .append('\n');
            }
            all.add(of("SHA256SUMS", sums.toString()));
            return all;
        }
    }

    private static final Entry ABOUT = Entry.of("meta.json", "{}");
    private static final Entry STATE = Entry.of("state.bin", "s".repeat(100_000));
    private static final Entry KEYS = Entry.of("keys.json", "{}");

    private static byte[] tar(List<Entry> files) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new GZIPOutputStream(bytes)) {
            for (var file : files) {
                var header = new byte[512];
                put(header, 0, file.name());
                put(header, 124, "%011o".formatted(file.content().length));
                header[156] = '0';
                tar.write(header);
                tar.write(file.content());
                tar.write(new byte[Math.floorMod(-file.content().length, 512)]);
            }
            tar.write(new byte[1024]);
        }
        return bytes.toByteArray();
    }

    private static void put(byte[] header, int at, String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    private static byte[] zip(List<Entry> files) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var file : files) {
                zip.putNextEntry(new ZipEntry(file.name()));
                zip.write(file.content());
            }
        }
        return bytes.toByteArray();
    }

    private static List<String> names(InputStream archive) throws IOException {
        return ArchiveFiles.read(archive, files -> {
            var names = new ArrayList<String>();
            for (var name = files.next(); name.isPresent(); name = files.next()) {
                names.add(name.get());
            }
            return names;
        });
    }

    private static List<String> names(byte[] archive) throws IOException {
        return names(new ByteArrayInputStream(archive));
    }

    @Test
    void files_that_nobody_reads_are_checked_all_the_same() throws Exception {
        assertThat(names(tar(Entry.summed(ABOUT, STATE)))).containsExactly("meta.json", "state.bin");
        assertThat(names(zip(Entry.summed(ABOUT, KEYS, STATE)))).containsExactly("meta.json", "keys.json", "state.bin");
        var changed = Entry.summed(ABOUT, STATE);
        changed.set(1, Entry.of("state.bin", "s".repeat(99_999) + "t"));
        assertThatThrownBy(() -> names(tar(changed)))
                .isInstanceOf(DamagedArchiveException.class)
                .hasMessage("the archive is damaged: the checksums do not match");
        assertThatThrownBy(() -> names(zip(changed))).hasMessageContaining("the checksums do not match");
    }

    @Test
    void content_is_read_in_part_or_whole_and_goes_on_with_the_next_file() throws Exception {
        var read = ArchiveFiles.read(new ByteArrayInputStream(tar(Entry.summed(STATE, ABOUT))), files -> {
            assertThat(files.next()).contains("state.bin");
            assertThat(files.content().readNBytes(3)).asString().isEqualTo("sss");
            assertThat(files.next()).contains("meta.json");
            var about = files.small();
            assertThat(files.next()).isEmpty();
            return about;
        });
        assertThat(read).asString().isEqualTo("{}");
    }

    @Test
    void missing_file_is_a_checksum_that_does_not_match() {
        for (var files : List.of(Entry.summed(ABOUT), Entry.summed(STATE), List.of(ABOUT, STATE), List.<Entry>of())) {
            assertThatThrownBy(() -> names(tar(files))).hasMessageContaining("the checksums do not match");
        }
        assertThatThrownBy(() -> names(zip(Entry.summed(ABOUT, STATE))))
                .hasMessageContaining("the checksums do not match");
    }

    @Test
    void name_of_another_form_is_refused() {
        assertThatThrownBy(() -> names(tar(Entry.summed(ABOUT, KEYS, STATE))))
                .isInstanceOf(DamagedArchiveException.class)
                .hasMessageContaining("it has keys.json, which no archive of a state has");
        assertThatThrownBy(() -> names(zip(Entry.summed(Entry.of("readme", "")))))
                .hasMessageContaining("it has readme, which no archive of a state has");
        assertThatThrownBy(() -> names(tar(List.of(ABOUT, ABOUT)))).hasMessageContaining("it has meta.json twice");
    }

    @Test
    void name_that_would_change_a_terminal_is_not_repeated() throws Exception {
        for (var name : List.of("a\033[2Jb", "\u00fc", "a\nb")) {
            var entries = Entry.summed(Entry.of(name, ""));
            for (var archive : List.of(tar(entries), zip(entries))) {
                assertThatThrownBy(() -> names(archive))
                        .isInstanceOf(DamagedArchiveException.class)
                        .hasMessageEndingWith(
                                "it has a file whose name cannot be shown, which no archive of a state has");
            }
        }
    }

    @Test
    void what_a_message_quotes_cannot_change_a_terminal() {
        assertThat(new DamagedArchiveException("\"\u001b]0;x\u0007\u009b\" is not a time"))
                .hasMessage("\"?]0;x??\" is not a time");
    }

    @Test
    void small_file_that_is_large_is_refused() {
        var large = new Entry("meta.json", new byte[(16 << 20) + 1]);
        assertThatThrownBy(() -> ArchiveFiles.read(new ByteArrayInputStream(tar(List.of(large))), files -> {
                    files.next();
                    return files.small();
                }))
                .isInstanceOf(DamagedArchiveException.class)
                .hasMessageContaining("meta.json is larger than it can be");
    }

    @Test
    void disk_that_fails_is_not_a_damaged_archive() throws Exception {
        for (var archive : List.of(tar(Entry.summed(ABOUT, STATE)), zip(Entry.summed(ABOUT, KEYS, STATE)))) {
            for (int length : List.of(0, 5, 50, archive.length / 2)) {
                var disk = new SequenceInputStream(
                        new ByteArrayInputStream(Arrays.copyOf(archive, length)), new InputStream() {
                            @Override
                            public int read() throws IOException {
                                throw new IOException("Input/output error");
                            }
                        });
                assertThatThrownBy(() -> names(disk))
                        .isInstanceOf(IOException.class)
                        .isNotInstanceOf(DamagedArchiveException.class)
                        .hasMessage("Input/output error");
            }
        }
    }

    @Test
    void file_is_closed_however_reading_ends() throws Exception {
        var whole = tar(Entry.summed(ABOUT, STATE));
        var closed = new AtomicInteger();
        names(counted(whole, closed));
        assertThat(closed).hasPositiveValue();
        for (var broken : List.of(new byte[0], Arrays.copyOf(whole, 40))) {
            closed.set(0);
            assertThatThrownBy(() -> names(counted(broken, closed))).isInstanceOf(DamagedArchiveException.class);
            assertThat(closed).hasPositiveValue();
        }
        closed.set(0);
        assertThatThrownBy(() -> ArchiveFiles.open(counted(new byte[0], closed)))
                .hasMessageContaining("operator snapshot save makes one");
        assertThat(closed).hasPositiveValue();
        closed.set(0);
        try (var files = ArchiveFiles.open(counted(whole, closed))) {
            files.next();
            files.content().close();
            assertThat(closed).hasPositiveValue();
        }
    }

    private static InputStream counted(byte[] content, AtomicInteger closed) {
        return new ByteArrayInputStream(content) {
            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
    }
}
