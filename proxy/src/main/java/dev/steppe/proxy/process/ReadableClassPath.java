package dev.steppe.proxy.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * A class path an unprivileged user can read: entries below a directory that is closed to others (a home, a build tree of
 * root) are copied, once, beside the proxy's files.
 */
final class ReadableClassPath {
    private final Path copies;

    ReadableClassPath(Path copies) {
        this.copies = copies;
    }

    List<Path> of(List<Path> entries) throws IOException {
        var readable = new ArrayList<Path>();
        for (Path entry : entries) {
            Path absolute = entry.toAbsolutePath();
            readable.add(!Files.exists(absolute) || openToOthers(absolute) ? absolute : copy(absolute));
        }
        return readable;
    }

    private static boolean openToOthers(Path file) throws IOException {
        for (Path part = file.toRealPath(); part.getParent() != null; part = part.getParent()) {
            boolean directory = Files.isDirectory(part);
            var permissions = Files.getPosixFilePermissions(part);
            if (!permissions.contains(PosixFilePermission.OTHERS_READ) && part.equals(file)
                    || !directory && !permissions.contains(PosixFilePermission.OTHERS_READ)
                    || directory && !permissions.contains(PosixFilePermission.OTHERS_EXECUTE)) {
                return false;
            }
        }
        return true;
    }

    private Path copy(Path entry) throws IOException {
        var modified = Files.getLastModifiedTime(entry).toMillis();
        Path target = copies.resolve(Long.toHexString(modified) + "-" + entry.getFileName());
        if (Files.isDirectory(entry)) {
            target = copies.resolve(Integer.toHexString(entry.toString().hashCode()) + "-" + entry.getFileName());
            copyTree(entry, target);
        } else if (!Files.exists(target) || Files.size(target) != Files.size(entry)) {
            Files.createDirectories(copies, PosixFilePermissions.asFileAttribute(open()));
            Files.copy(entry, target, StandardCopyOption.REPLACE_EXISTING);
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-r--r--"));
        }
        return target;
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                    Files.setPosixFilePermissions(target, open());
                } else {
                    Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
                    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-r--r--"));
                }
            }
        }
    }

    private static java.util.Set<PosixFilePermission> open() {
        return PosixFilePermissions.fromString("rwxr-xr-x");
    }
}
