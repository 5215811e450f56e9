package dev.steppe.client.artifact;

import dev.steppe.client.file.TaskFiles;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;

/**
 * Unpacks an archive below a directory of a task. Nothing lands outside, whatever names and links the archive has: one that
 * tries is refused, and so are devices. Doing it again replaces what is there file by file.
 */
final class Unpacking {
    private static final int FILE = 0644;
    private static final int DIRECTORY = 0755;
    private static final int BUFFER = 1 << 16;

    private final TaskFiles files;
    private final Owner owner;
    private final Limits limits;
    private final StopWatch stop;
    private List<String> folder = List.of();
    private boolean found;
    private long bytes;
    private int entries;

    /** How many bytes and files may come out, zero for any number, and whether links may lead outside. */
    record Limits(long bytes, int files, boolean strayLinks) {}

    /** Whose the files are to be, where it is not the task's user as this machine knows it. */
    record Owner(Optional<Integer> uid, Optional<Integer> gid) {
        TaskFiles.Ownership of(int mode) {
            return new TaskFiles.Ownership(mode, uid, gid);
        }
    }

    Unpacking(TaskFiles files, Owner owner, Limits limits, StopWatch stop) {
        this.files = files;
        this.owner = owner;
        this.limits = limits;
        this.stop = stop;
    }

    /** Puts a file as it is, or what is compressed in it, at one place. */
    void put(Path file, Optional<ArchiveKind> compression, String destination)
            throws IOException, FetchException, StopWatch.StoppedException, InterruptedException {
        try (InputStream in = compression.isPresent() ? plain(file, compression.get()) : Files.newInputStream(file)) {
            write(destination, in, FILE, compression.isPresent());
        }
    }

    /** Unpacks all of it, or one folder of it, below the destination. */
    void unpack(Path archive, ArchiveKind kind, Optional<String> wanted, String destination)
            throws IOException, FetchException, StopWatch.StoppedException, InterruptedException {
        folder = wanted.map(path -> List.of(path.split("/", -1))).orElse(List.of());
        found = folder.isEmpty();
        try {
            if (kind == ArchiveKind.ZIP) {
                zip(archive, destination);
            } else {
                tar(archive, kind, destination);
            }
        } catch (IllegalArgumentException malformed) {
            throw FetchException.failed("the archive is broken: " + malformed.getMessage());
        }
        if (!found) {
            throw FetchException.failed("there is no folder \"" + String.join("/", folder) + "\" in it");
        }
    }

    /** The name below the wanted folder; empty for what is outside of it, and for the folder itself. */
    private List<String> inside(List<String> names) {
        if (names.size() < folder.size() || !names.subList(0, folder.size()).equals(folder)) {
            return List.of();
        }
        var rest = names.subList(folder.size(), names.size());
        found |= !rest.isEmpty();
        return rest;
    }

    private static InputStream plain(Path archive, ArchiveKind kind) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(archive), BUFFER);
        return switch (kind) {
            case TAR_GZIP, GZIP -> new GZIPInputStream(in, BUFFER);
            case TAR_BZIP2, BZIP2 -> new BZip2CompressorInputStream(in, true);
            case TAR, ZIP -> in;
        };
    }

    private void tar(Path archive, ArchiveKind kind, String destination)
            throws IOException, FetchException, StopWatch.StoppedException, InterruptedException {
        try (var tar = new TarArchiveInputStream(plain(archive, kind))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                var names = begin(entry.getName());
                if (names.isEmpty()) {
                    continue;
                }
                String to = below(destination, names);
                if (entry.isFIFO() || entry.isBlockDevice() || entry.isCharacterDevice()) {
                    throw FetchException.mistaken("the archive has a device or pipe: " + entry.getName());
                } else if (entry.isDirectory()) {
                    directory(to, entry.getMode());
                } else if (entry.isSymbolicLink()) {
                    link(to, names, entry.getLinkName());
                } else if (entry.isLink()) {
                    copy(below(destination, linked(entry.getLinkName())), to, entry.getMode());
                } else {
                    write(to, tar, entry.getMode(), true);
                }
            }
        }
    }

    private void zip(Path archive, String destination)
            throws IOException, FetchException, StopWatch.StoppedException, InterruptedException {
        try (var zip = ZipFile.builder().setPath(archive).get()) {
            for (ZipArchiveEntry entry : Collections.list(zip.getEntriesInPhysicalOrder())) {
                var names = begin(entry.getName());
                if (names.isEmpty()) {
                    continue;
                }
                String to = below(destination, names);
                int mode = entry.getUnixMode() & 0777;
                if (entry.isDirectory()) {
                    directory(to, mode == 0 ? DIRECTORY : mode);
                } else if (entry.isUnixSymlink()) {
                    link(to, names, Objects.requireNonNullElse(zip.getUnixSymlink(entry), ""));
                } else {
                    try (InputStream in = zip.getInputStream(entry)) {
                        write(to, in, mode == 0 ? FILE : mode, true);
                    }
                }
            }
        }
    }

    private List<String> linked(String name) throws FetchException {
        var names = inside(names(name));
        if (names.isEmpty()) {
            throw FetchException.mistaken("the folder shares a file with another one of the archive: " + name);
        }
        return names;
    }

    private List<String> begin(String name) throws FetchException, StopWatch.StoppedException, InterruptedException {
        stop.check();
        entries++;
        if (limits.files() > 0 && entries > limits.files()) {
            throw FetchException.failed("the archive has more than " + limits.files()
                    + " files (client.artifact.decompression_file_count_limit)");
        }
        return inside(names(name));
    }

    private static List<String> names(String path) throws FetchException {
        var names = new ArrayList<String>();
        for (String name : path.split("/", -1)) {
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        if (path.startsWith("/") || names.contains("..")) {
            throw FetchException.mistaken("the archive has a name that leads out of its folder: " + path);
        }
        return names;
    }

    private static String below(String destination, List<String> names) {
        return destination + "/" + String.join("/", names);
    }

    private TaskFiles.Place place(String path) throws FetchException {
        try {
            return files.place(path);
        } catch (TaskFiles.OutsideException outside) {
            throw FetchException.mistaken(String.valueOf(outside.getMessage()));
        } catch (InvalidPathException impossible) {
            throw FetchException.mistaken("no file can be named so here: " + impossible.getReason());
        }
    }

    private void directory(String path, int mode) throws IOException, FetchException {
        files.makeDirectory(place(path), owner.of(mode & 0777 | 0700));
    }

    /** Bits that would give the program another user's rights are left out. */
    private void write(String path, InputStream in, int mode, boolean counted) throws IOException, FetchException {
        var place = place(path);
        try {
            files.write(place, out -> copyAll(in, out, counted), owner.of(mode & 0777 | 0600));
        } catch (TooMuchException tooMuch) {
            throw FetchException.failed("unpacked it is larger than " + limits.bytes()
                    + " bytes (client.artifact.decompression_size_limit)");
        }
    }

    private static final class TooMuchException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private void copyAll(InputStream in, OutputStream out, boolean counted) throws IOException {
        byte[] buffer = new byte[BUFFER];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            bytes += read;
            if (counted && limits.bytes() > 0 && bytes > limits.bytes()) {
                throw new TooMuchException();
            }
            out.write(buffer, 0, read);
        }
    }

    /** A second name of a file becomes a file of its own. */
    private void copy(String from, String to, int mode) throws IOException, FetchException {
        try (InputStream in = files.stream(place(from))) {
            write(to, in, mode, true);
        }
    }

    /**
     * Only steps up that stay inside and then names: what follows them may be other links, of which the same holds. The
     * agent follows none anyway; this is for programs that do.
     */
    private void link(String path, List<String> names, String target) throws IOException, FetchException {
        var steps = List.of(target.split("/", -1));
        int up = 0;
        while (up < steps.size() && steps.get(up).equals("..")) {
            up++;
        }
        boolean strays = target.startsWith("/")
                || up >= names.size()
                || steps.subList(up, steps.size()).contains("..");
        if (target.isEmpty() || strays && !limits.strayLinks()) {
            throw FetchException.mistaken("the archive has a link that leads out of its folder: "
                    + String.join("/", names) + " to " + target);
        }
        files.link(place(path), target, owner.of(0));
    }
}
