package dev.steppe.io.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Network namespaces kept alive by bind mounts in one directory, one file each. The directory is a shared mount, so that
 * a namespace removed here also leaves the mount namespaces of running tasks and really ends.
 */
public final class NetworkNamespaces {
    private static final long MS_SHARED = 1 << 20;
    private static final int RETRIES = 3;

    private final NamespaceThread thread;
    private final Path directory;

    /** Makes the directory ready. */
    public NetworkNamespaces(NamespaceThread thread, Path directory) throws IOException {
        this.thread = thread;
        this.directory = Files.createDirectories(directory).toRealPath();
        if (!isMountPoint(this.directory)) {
            LinuxCalls.bindMount(this.directory, this.directory);
            LinuxCalls.mount("none", this.directory, "", MS_SHARED, "");
        }
    }

    /** Makes a namespace without any interface but a loopback that is down. The name must be new. */
    public Path create(String name) throws IOException, InterruptedException {
        var file = path(name);
        Files.createFile(file);
        try {
            return thread.call(NamespaceThread.Entry.none(), () -> {
                LinuxCalls.unshare(LinuxCalls.CLONE_NEWNET);
                LinuxCalls.bindMount(Path.of("/proc/thread-self/ns/net"), file);
                return file;
            });
        } catch (IOException failed) {
            Files.deleteIfExists(file);
            throw failed;
        }
    }

    /** Keeps the network namespace of a running process under a name of ours. */
    public Path adopt(String name, long pid) throws IOException {
        var file = path(name);
        Files.createFile(file);
        try {
            LinuxCalls.bindMount(Path.of("/proc", Long.toString(pid), "ns", "net"), file);
            return file;
        } catch (IOException failed) {
            Files.deleteIfExists(file);
            throw failed;
        }
    }

    /** Where the namespace of that name is or would be. */
    public Path path(String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9_.-]*")) {
            throw new IllegalArgumentException("not a name of a namespace: " + name);
        }
        return directory.resolve(name);
    }

    /** True when the file is a namespace; a plain file is what a reboot or a crash left. */
    public boolean exists(String name) throws IOException {
        return Files.exists(path(name)) && isMountPoint(path(name));
    }

    /** Names of the namespaces that exist; much cheaper than asking for each. */
    public Set<String> existing() throws IOException {
        var names = new TreeSet<String>();
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            var fields = line.split(" ", 6);
            if (fields.length > 4) {
                var mount = Path.of(fields[4].replace("\\040", " ").replace("\\134", "\\"));
                if (directory.equals(mount.getParent())) {
                    names.add(mount.getFileName().toString());
                }
            }
        }
        return names;
    }

    /** Names of everything in the directory, namespaces and left-over files. */
    public List<String> names() throws IOException {
        var names = new ArrayList<String>();
        try (var entries = Files.newDirectoryStream(directory)) {
            entries.forEach(entry -> names.add(entry.getFileName().toString()));
        } catch (NoSuchFileException removed) {
            return List.of();
        }
        names.sort(String::compareTo);
        return names;
    }

    /** Lets go of the namespace; it ends with the last process in it. Idempotent. */
    public void delete(String name) throws IOException {
        var file = path(name);
        for (int attempt = 0; attempt < RETRIES && isMountPoint(file); attempt++) {
            LinuxCalls.unmount(file, LinuxCalls.MNT_DETACH);
        }
        Files.deleteIfExists(file);
    }

    /** Undoes the constructor when no namespace is left. */
    public void removeDirectory() throws IOException {
        if (isMountPoint(directory)) {
            LinuxCalls.unmount(directory, LinuxCalls.MNT_DETACH);
        }
        try {
            Files.deleteIfExists(directory);
        } catch (NoSuchFileException gone) {
            return;
        }
    }

    private static boolean isMountPoint(Path file) throws IOException {
        var wanted = file.toString().replace("\\", "\\134").replace(" ", "\\040");
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            var fields = line.split(" ", 6);
            if (fields.length > 4 && fields[4].equals(wanted)) {
                return true;
            }
        }
        return false;
    }
}
