package dev.steppe.client.disk;

import dev.steppe.client.driver.AllocationDirectory;
import dev.steppe.io.linux.Account;
import dev.steppe.io.linux.HeldDirectory;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * What an ended allocation leaves to the one that replaces it on another node, as a tar: {@code alloc/data} and each task's
 * {@code local}. Tasks wrote it, so no link is followed; what is no file, directory or link is left out. Blocking.
 */
public final class DiskArchive {
    /** The user and group name of what belongs to the allocation's own user, whose number differs from node to node. */
    static final String OWN = "allocation";

    /** The last entry: an archive without it was cut short. */
    static final String END = ".end";

    static final String SHARED = "alloc";
    static final String DATA = "data";
    static final String LOCAL = "local";

    /** Each level holds a descriptor while it is walked. */
    private static final int DEPTH_MAX = 200;

    private static final int BUFFER = 1 << 16;
    private static final String ATTRIBUTES =
            "unix:mode,uid,gid,lastModifiedTime,isDirectory,isRegularFile,isSymbolicLink";

    private final AllocationDirectory disk;

    public DiskArchive(AllocationDirectory disk) {
        this.disk = disk;
    }

    /** Writes all of it; the stream stays open. Fails when a file changes meanwhile. */
    public void write(OutputStream out) throws IOException {
        var tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name());
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
        var walk = new Walk(tar, AllocationDirectory.ownerOf(disk));
        try (var top = HeldDirectory.hold(disk.path())) {
            walk.tree(top, List.of(SHARED, DATA));
            for (String name : names(top)) {
                if (!name.equals(SHARED) && !name.startsWith(".")) {
                    walk.tree(top, List.of(name, LOCAL));
                }
            }
        }
        tar.putArchiveEntry(new TarArchiveEntry(END));
        tar.closeArchiveEntry();
        tar.finish();
        out.flush();
    }

    private static TreeSet<String> names(HeldDirectory directory) throws IOException {
        var names = new TreeSet<String>();
        try (var entries = Files.newDirectoryStream(directory.self())) {
            entries.forEach(entry -> names.add(entry.getFileName().toString()));
        }
        return names;
    }

    private record Walk(TarArchiveOutputStream tar, Optional<Account> owner) {

        /** One directory with all below it, where it is there. */
        void tree(HeldDirectory top, List<String> path) throws IOException {
            try (var parent = top.enter(path.subList(0, path.size() - 1))) {
                var found = attributes(parent.at(path.getLast()));
                if (is(found, "isDirectory")) {
                    directory(parent, path.getLast(), String.join("/", path), found, 0);
                }
            } catch (NoSuchFileException none) {
                return;
            }
        }

        private void add(HeldDirectory parent, String name, String path, int depth) throws IOException {
            Map<String, Object> found;
            try {
                found = attributes(parent.at(name));
            } catch (NoSuchFileException goneMeanwhile) {
                return;
            }
            if (is(found, "isDirectory")) {
                directory(parent, name, path, found, depth);
            } else if (is(found, "isSymbolicLink")) {
                var entry = new TarArchiveEntry(path, TarConstants.LF_SYMLINK);
                entry.setLinkName(Files.readSymbolicLink(parent.at(name)).toString());
                put(entry, found);
                tar.closeArchiveEntry();
            } else if (is(found, "isRegularFile")) {
                file(parent, name, path, found);
            }
        }

        private void directory(HeldDirectory parent, String name, String path, Map<String, Object> found, int depth)
                throws IOException {
            if (depth > DEPTH_MAX) {
                throw new IOException(path + " has more than " + DEPTH_MAX + " directories above it");
            }
            put(new TarArchiveEntry(path + "/"), found);
            tar.closeArchiveEntry();
            try (var here = parent.enter(List.of(name))) {
                for (String child : names(here)) {
                    add(here, child, path + "/" + child, depth + 1);
                }
            }
        }

        private void file(HeldDirectory parent, String name, String path, Map<String, Object> found)
                throws IOException {
            try (var file = parent.open(name);
                    var in = Files.newInputStream(HeldDirectory.path(file))) {
                var entry = new TarArchiveEntry(path);
                long left = Files.size(HeldDirectory.path(file));
                entry.setSize(left);
                put(entry, found);
                byte[] chunk = new byte[BUFFER];
                while (left > 0) {
                    int read = in.read(chunk, 0, (int) Math.min(left, chunk.length));
                    if (read < 0) {
                        throw new IOException(path + " became shorter while it was read");
                    }
                    tar.write(chunk, 0, read);
                    left -= read;
                }
                tar.closeArchiveEntry();
            }
        }

        private void put(TarArchiveEntry entry, Map<String, Object> found) throws IOException {
            int uid = number(found, "uid");
            int gid = number(found, "gid");
            entry.setMode(number(found, "mode"));
            entry.setUserId(uid);
            entry.setGroupId(gid);
            entry.setUserName(owner.filter(own -> own.uid() == uid).isPresent() ? OWN : "");
            entry.setGroupName(owner.filter(own -> own.gid() == gid).isPresent() ? OWN : "");
            entry.setLastModifiedTime((FileTime) Objects.requireNonNull(found.get("lastModifiedTime")));
            tar.putArchiveEntry(entry);
        }

        private static Map<String, Object> attributes(Path path) throws IOException {
            return Files.readAttributes(path, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
        }

        private static int number(Map<String, Object> found, String name) {
            return (int) found.getOrDefault(name, 0);
        }

        private static boolean is(Map<String, Object> found, String kind) {
            return Boolean.TRUE.equals(found.get(kind));
        }
    }
}
