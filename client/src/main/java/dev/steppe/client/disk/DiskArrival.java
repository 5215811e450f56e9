package dev.steppe.client.disk;

import dev.steppe.client.driver.AllocationDirectory;
import dev.steppe.io.linux.Account;
import dev.steppe.io.linux.HeldDirectory;
import dev.steppe.io.linux.LinuxCalls;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Unpacks what another node sent of an allocation into a directory that nobody else can reach. Nothing lands outside, no
 * link is followed, devices are refused and no program gets another user's rights, whatever the archive says. Blocking.
 */
public final class DiskArrival {
    private static final int PERMISSIONS = 0777;
    /** Directories may keep the bit that hands their group down, and the one that protects names in them. */
    private static final int DIRECTORY_PERMISSIONS = 03777;

    private static final int BUFFER = 1 << 16;
    /** Each name takes room too: as much as its head in the archive. */
    private static final int ENTRY = 512;

    private final AllocationDirectory place;
    private final Set<String> tasks;
    private final Optional<Account> owner;
    private final long bytesMax;
    private final List<Modes> directories = new ArrayList<>();
    private long bytes;

    private record Modes(List<String> names, int mode) {}

    /** More arrives than there may be. */
    public static final class TooMuchException extends IOException {
        private static final long serialVersionUID = 1L;

        TooMuchException(String message) {
            super(message);
        }
    }

    /**
     * For these tasks; what others had is passed over.
     *
     * @param place is made, and must not be there yet
     * @param owner whose the files are to be that belonged to the sending allocation's own user
     */
    public DiskArrival(AllocationDirectory place, Set<String> tasks, Optional<Account> owner, long bytesMax) {
        this.place = place;
        this.tasks = tasks;
        this.owner = owner;
        this.bytesMax = bytesMax;
    }

    /** Unpacks all of it and answers how many bytes the files have. Fails for one that was cut short. */
    public long unpack(InputStream in) throws IOException {
        Files.createDirectories(place.path());
        boolean whole = false;
        try (var root = HeldDirectory.hold(place.path())) {
            var tar = new TarArchiveInputStream(in, StandardCharsets.UTF_8.name());
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (whole) {
                    throw new IOException("the archive goes on behind its end");
                }
                whole = entry.getName().equals(DiskArchive.END);
                var names = names(entry.getName());
                if (!whole && isWanted(names)) {
                    take(root, names, entry, tar);
                }
            }
            for (Modes made : directories.reversed()) {
                try (var directory = root.enter(made.names)) {
                    Files.setAttribute(directory.self(), "unix:mode", made.mode);
                }
            }
        } catch (IllegalArgumentException malformed) {
            throw new IOException("the archive is broken: " + malformed.getMessage(), malformed);
        }
        if (!whole) {
            throw new IOException("the archive was cut short");
        }
        return bytes;
    }

    private boolean isWanted(List<String> names) {
        if (names.size() < 2) {
            return false;
        }
        return names.getFirst().equals(DiskArchive.SHARED)
                ? names.get(1).equals(DiskArchive.DATA)
                : tasks.contains(names.getFirst()) && names.get(1).equals(DiskArchive.LOCAL);
    }

    private static List<String> names(String path) throws IOException {
        var names = new ArrayList<String>();
        for (String name : path.split("/", -1)) {
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        if (path.startsWith("/") || names.contains("..")) {
            throw new IOException("the archive has a name that leads out of it: " + path);
        }
        return names;
    }

    private void take(HeldDirectory root, List<String> names, TarArchiveEntry entry, InputStream content)
            throws IOException {
        count(ENTRY);
        try (var parent = root.make(names.subList(0, names.size() - 1))) {
            String name = names.getLast();
            if (entry.isDirectory()) {
                try (var made = parent.make(List.of(name))) {
                    give(made.self(), entry);
                    directories.add(new Modes(names, entry.getMode() & DIRECTORY_PERMISSIONS));
                }
            } else if (entry.isSymbolicLink()) {
                Files.createSymbolicLink(parent.at(name), Path.of(entry.getLinkName()));
                give(parent.at(name), entry, LinkOption.NOFOLLOW_LINKS);
            } else if (entry.isFile() && !entry.isLink() && !entry.isFIFO() && !entry.isSparse()) {
                file(parent, name, entry, content);
            } else {
                throw new IOException("the archive has what is no file, directory or link: " + entry.getName());
            }
        }
    }

    private void file(HeldDirectory parent, String name, TarArchiveEntry entry, InputStream content)
            throws IOException {
        try (var file = parent.create(name);
                OutputStream out = Files.newOutputStream(HeldDirectory.path(file))) {
            byte[] chunk = new byte[BUFFER];
            for (int read = content.read(chunk); read >= 0; read = content.read(chunk)) {
                count(read);
                out.write(chunk, 0, read);
            }
            out.flush();
            give(HeldDirectory.path(file), entry);
            Files.setAttribute(HeldDirectory.path(file), "unix:mode", entry.getMode() & PERMISSIONS);
            Files.setLastModifiedTime(HeldDirectory.path(file), entry.getLastModifiedTime());
        }
    }

    private void count(long more) throws TooMuchException {
        bytes += more;
        if (bytes > bytesMax) {
            throw new TooMuchException("it is more than the " + (bytesMax >> 20)
                    + " MB of the group's ephemeral_disk; raise size to keep it another time");
        }
    }

    private void give(Path path, TarArchiveEntry entry, LinkOption... links) throws IOException {
        if (!LinuxCalls.isRoot()) {
            return;
        }
        Files.setAttribute(path, "unix:gid", group(entry), links);
        Files.setAttribute(path, "unix:uid", user(entry), links);
    }

    private int user(TarArchiveEntry entry) {
        return owner.filter(it -> entry.getUserName().equals(DiskArchive.OWN))
                .map(Account::uid)
                .orElseGet(() -> Math.toIntExact(entry.getLongUserId()));
    }

    private int group(TarArchiveEntry entry) {
        return owner.filter(it -> entry.getGroupName().equals(DiskArchive.OWN))
                .map(Account::gid)
                .orElseGet(() -> Math.toIntExact(entry.getLongGroupId()));
    }
}
