package dev.steppe.api.nomad;

import dev.steppe.api.http.Refused;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads the files of one allocation for people. What lies there was written by tasks, so no symbolic link is followed,
 * not even one that appears between two steps: every directory is opened relative to the one before. Secrets are refused.
 */
final class AllocationFiles {
    private static final List<String> HIDDEN = List.of("secrets", "private");

    /** Each level holds a descriptor while a path is walked. */
    private static final int DEPTH_MAX = 64;

    private final Path root;

    AllocationFiles(Path root) {
        this.root = root;
    }

    /** A file or directory as it was found. */
    record Found(String name, PosixFileAttributes attributes, String contentType) {
        Shapes.FileInfo info() {
            return new Shapes.FileInfo(
                    name,
                    attributes.isDirectory(),
                    attributes.size(),
                    (attributes.isDirectory() ? "d" : "-") + PosixFilePermissions.toString(attributes.permissions()),
                    attributes.lastModifiedTime().toString(),
                    contentType);
        }
    }

    /** What is done within the directory that holds the last name of a path. */
    private interface Within<T> {
        T use(SecureDirectoryStream<Path> directory, Path name) throws IOException, Refused;
    }

    /** Opens a regular file for reading. */
    SeekableByteChannel open(String path) throws Refused, IOException {
        return within(path, (directory, name) -> {
            var attributes = attributes(directory, name);
            if (!attributes.isRegularFile()) {
                throw Refused.invalid("\"" + path + "\" is not a regular file");
            }
            return directory.newByteChannel(name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        });
    }

    Found stat(String path) throws Refused, IOException {
        if (names(path).isEmpty()) {
            var attributes = Files.readAttributes(root, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return new Found("/", attributes, ContentType.UNKNOWN);
        }
        return within(path, AllocationFiles::found);
    }

    private static Found found(SecureDirectoryStream<Path> directory, Path name) throws IOException {
        var attributes = attributes(directory, name);
        return new Found(
                name.toString(),
                attributes,
                attributes.isRegularFile()
                        ? ContentType.of(name.toString(), beginning(directory, name))
                        : ContentType.UNKNOWN);
    }

    private static byte[] beginning(SecureDirectoryStream<Path> directory, Path name) throws IOException {
        try (var file = directory.newByteChannel(name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
                var bytes = Channels.newInputStream(file)) {
            return bytes.readNBytes(ContentType.BYTES_LOOKED_AT);
        }
    }

    /** The entries of a directory by name. */
    List<Found> list(String path) throws Refused, IOException {
        if (names(path).isEmpty()) {
            try (var top = Files.newDirectoryStream(root)) {
                return entries(secure(top));
            }
        }
        return within(path, (directory, name) -> {
            try (var inner = directory.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                return entries(inner);
            }
        });
    }

    private static List<Found> entries(SecureDirectoryStream<Path> directory) throws IOException {
        var found = new ArrayList<Found>();
        for (var entry : directory) {
            var name = entry.getFileName();
            try {
                found.add(found(directory, name));
            } catch (NoSuchFileException goneMeanwhile) {
                continue;
            }
        }
        found.sort((one, two) -> one.name.compareTo(two.name));
        return found;
    }

    private static PosixFileAttributes attributes(SecureDirectoryStream<Path> directory, Path name) throws IOException {
        return directory
                .getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes();
    }

    private <T> T within(String path, Within<T> use) throws Refused, IOException {
        var names = names(path);
        if (names.isEmpty()) {
            throw Refused.invalid("\"" + path + "\" is a directory");
        }
        try (var top = Files.newDirectoryStream(root)) {
            return descend(secure(top), names, use);
        } catch (NoSuchFileException | NotDirectoryException missing) {
            throw Refused.notFound("file \"" + path + "\" not found");
        }
    }

    private static <T> T descend(SecureDirectoryStream<Path> directory, List<String> names, Within<T> use)
            throws IOException, Refused {
        var first = Path.of(names.getFirst());
        if (names.size() == 1) {
            return use.use(directory, first);
        }
        try (var inner = directory.newDirectoryStream(first, LinkOption.NOFOLLOW_LINKS)) {
            return descend(inner, names.subList(1, names.size()), use);
        }
    }

    private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> directory) throws IOException {
        if (directory instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        throw new IOException("this platform cannot open files below a directory without following links");
    }

    /** The names of a path, one below the other; refuses what leads upwards or to secrets. */
    private static List<String> names(String path) throws Refused {
        var names = new ArrayList<String>();
        for (var name : path.split("/")) {
            if (name.equals("..")) {
                throw Refused.invalid("Path escapes the alloc directory: \"" + path + "\"");
            }
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        if (names.size() > DEPTH_MAX) {
            throw Refused.invalid("\"" + path + "\" has more than " + DEPTH_MAX + " directories");
        }
        // <task>/secrets and <task>/private, never <task>/local/secrets.
        if (names.size() >= 2 && HIDDEN.contains(names.get(1))) {
            throw new Refused(Refused.Kind.FORBIDDEN, "Reading secret file prohibited: \"" + path + "\"");
        }
        return names;
    }
}
