package dev.steppe.client.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.client.driver.AllocationDirectory;
import dev.steppe.io.linux.Account;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.model.AllocationId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves that an allocation's data survives the way as it was, and that no archive does more than bring data. */
class DiskArrivalTest {
    private static final AllocationId OLD = new AllocationId(new UUID(1, 2).toString());
    private static final AllocationId NEW = new AllocationId(new UUID(3, 4).toString());
    private static final Account BEFORE = new Account("", 80_001, 80_001, Path.of("/"));
    private static final Account NOW = new Account("", 80_002, 80_002, Path.of("/"));
    private static final long ROOM = 1 << 20;

    @TempDir
    Path root;

    private static Optional<Account> owner(Account account) {
        return LinuxCalls.isRoot() ? Optional.of(account) : Optional.empty();
    }

    private AllocationDirectory old() throws IOException {
        var disk = new AllocationDirectory(root.resolve("there"), OLD);
        disk.create(owner(BEFORE));
        Files.createDirectories(disk.task("web").local());
        return disk;
    }

    private AllocationDirectory place() {
        return new AllocationDirectory(root.resolve("here"), NEW);
    }

    private static byte[] archive(AllocationDirectory disk) throws IOException {
        var out = new ByteArrayOutputStream();
        new DiskArchive(disk).write(out);
        return out.toByteArray();
    }

    private long unpack(byte[] archive) throws IOException {
        return new DiskArrival(place(), Set.of("web"), owner(NOW), ROOM).unpack(new ByteArrayInputStream(archive));
    }

    @Test
    void files_directories_and_links_arrive_with_their_modes_and_belong_to_the_new_user() throws IOException {
        var disk = old();
        var data = disk.shared().resolve("data");
        var deep = Files.createDirectories(data.resolve("a/" + "long-name".repeat(20) + "/ü"));
        Files.writeString(deep.resolve("file"), "content");
        Files.setAttribute(deep.resolve("file"), "unix:mode", 0640);
        Files.createSymbolicLink(data.resolve("link"), Path.of("/etc/shadow"));
        Files.writeString(disk.task("web").local().resolve("run"), "#!/bin/sh\n");
        Files.setAttribute(disk.task("web").local().resolve("run"), "unix:mode", 04755);
        Files.writeString(disk.logs().resolve("web.stdout.0"), "no data");
        if (LinuxCalls.isRoot()) {
            Files.setAttribute(deep.resolve("file"), "unix:uid", BEFORE.uid());
            Files.setAttribute(deep.resolve("file"), "unix:gid", 999);
        }

        unpack(archive(disk));

        var there = place().shared().resolve("data");
        var file = there.resolve(data.relativize(deep)).resolve("file");
        assertThat(file).hasContent("content");
        assertThat((int) Files.getAttribute(file, "unix:mode") & 07777).isEqualTo(0640);
        assertThat(Files.getLastModifiedTime(file).toMillis() / 1000)
                .isEqualTo(Files.getLastModifiedTime(deep.resolve("file")).toMillis() / 1000);
        assertThat(Files.readSymbolicLink(there.resolve("link"))).isEqualTo(Path.of("/etc/shadow"));
        assertThat((int) Files.getAttribute(place().task("web").local().resolve("run"), "unix:mode") & 07777)
                .as("no program brings another user's rights")
                .isEqualTo(0755);
        assertThat(place().logs()).doesNotExist();
        if (LinuxCalls.isRoot()) {
            assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(NOW.uid());
            assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(999);
        }
    }

    @Test
    void data_of_a_task_that_the_new_version_has_no_more_is_passed_over() throws IOException {
        var disk = old();
        Files.writeString(Files.createDirectories(disk.task("other").local()).resolve("file"), "x");
        unpack(archive(disk));
        assertThat(place().task("other").task()).doesNotExist();
        assertThat(place().task("web").local()).isDirectory();
    }

    @Test
    void an_archive_that_was_cut_short_is_told_from_a_whole_one() throws IOException {
        var disk = old();
        Files.writeString(disk.shared().resolve("data/file"), "x");
        byte[] whole = archive(disk);
        for (int length : new int[] {0, 512, 1024, 1536, 2048}) {
            assertThatThrownBy(() -> {
                        place().destroy();
                        unpack(java.util.Arrays.copyOf(whole, length));
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void more_than_the_disk_may_hold_is_refused_with_the_remedy() throws IOException {
        var disk = old();
        Files.write(disk.shared().resolve("data/file"), new byte[(int) ROOM]);
        byte[] archive = archive(disk);
        assertThatThrownBy(() -> unpack(archive))
                .isInstanceOf(DiskArrival.TooMuchException.class)
                .hasMessageContaining("raise size");
    }

    private interface Entries {
        void to(TarArchiveOutputStream tar) throws IOException;
    }

    private static byte[] tar(Entries entries) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(out)) {
            entries.to(tar);
            put(tar, new TarArchiveEntry(DiskArchive.END), "");
        }
        return out.toByteArray();
    }

    private static void put(TarArchiveOutputStream tar, TarArchiveEntry entry, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        entry.setSize(bytes.length);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
    }

    private static TarArchiveEntry link(String name, String target, byte kind) {
        var entry = new TarArchiveEntry(name, kind);
        entry.setLinkName(target);
        return entry;
    }

    @Test
    void an_archive_that_leads_outside_brings_nothing_there() throws IOException {
        var outside = Files.createDirectory(root.resolve("outside"));
        var escapes = java.util.List.<Entries>of(
                tar -> put(tar, new TarArchiveEntry("alloc/data/../../../x"), "bad"),
                tar -> {
                    put(tar, link("alloc/data/door", outside.toString(), TarConstants.LF_SYMLINK), "");
                    put(tar, new TarArchiveEntry("alloc/data/door/x"), "bad");
                },
                tar -> {
                    put(tar, link("alloc/data/door", outside + "/x", TarConstants.LF_SYMLINK), "");
                    put(tar, new TarArchiveEntry("alloc/data/door"), "bad");
                },
                tar -> put(tar, link("alloc/data/shadow", "/etc/shadow", TarConstants.LF_LINK), ""),
                tar -> put(tar, new TarArchiveEntry("alloc/data/pipe", TarConstants.LF_FIFO), ""));
        for (Entries escape : escapes) {
            byte[] archive = tar(escape);
            assertThatThrownBy(() -> unpack(archive)).isInstanceOf(IOException.class);
            place().destroy();
        }
        try (var found = Files.list(outside)) {
            assertThat(found).isEmpty();
        }
        assertThat(Files.exists(root.resolve("x"), LinkOption.NOFOLLOW_LINKS)).isFalse();
    }

    @Test
    void entries_that_nobody_asked_for_are_passed_over() throws IOException {
        unpack(tar(tar -> {
            put(tar, new TarArchiveEntry("web/secrets/token"), "x");
            put(tar, new TarArchiveEntry("alloc/logs/web.stdout.0"), "x");
            put(tar, new TarArchiveEntry("file"), "x");
        }));
        try (var found = Files.list(place().path())) {
            assertThat(found).isEmpty();
        }
    }
}
