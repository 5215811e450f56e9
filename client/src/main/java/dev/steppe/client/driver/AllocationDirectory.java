package dev.steppe.client.driver;

import dev.steppe.io.linux.Account;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.LinuxException;
import dev.steppe.model.AllocationId;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The directories of one allocation: {@code alloc} shared by its tasks, and per task {@code local}, {@code tmp}, {@code
 * secrets} and the agent's own {@code private}. Blocking.
 *
 * <p>Directories stay owned by the agent and belong to the task's group, in a sticky parent: the task writes into them but
 * cannot put a symbolic link in their place for the agent to follow. The allocation's directory is closed to everybody but
 * the allocation's own group, so tasks of other allocations see nothing of it.
 */
public final class AllocationDirectory {
    private static final String SHARED = "alloc";
    private static final String SECRETS = "secrets";
    private static final String PRIVATE = "private";
    private static final String SECRETS_SIZE = "size=1m";

    private final Path root;
    private final Path directory;

    /** Nothing is made yet. */
    public AllocationDirectory(Path allocationsRoot, AllocationId allocation) {
        this.root = allocationsRoot.toAbsolutePath().normalize();
        this.directory = root.resolve(allocation.value());
        if (!directory.normalize().equals(directory) || directory.getNameCount() != root.getNameCount() + 1) {
            throw new IllegalArgumentException("allocation id is no file name: " + allocation);
        }
    }

    /** How the task sees its directories. */
    public enum Access {
        /** As a process of the machine, under its user. */
        PROCESS,
        /** Bound into a container, where users have other meanings. */
        CONTAINER
    }

    /** The allocation's own directory. */
    public Path path() {
        return directory;
    }

    /** The directory shared by the allocation's tasks. */
    public Path shared() {
        return directory.resolve(SHARED);
    }

    /** Where the output of tasks is kept, as {@code <task>.stdout.<number>} and {@code <task>.stderr.<number>}. */
    public Path logs() {
        return shared().resolve("logs");
    }

    /**
     * Makes the shared directories. With an owner, only its group gets to anything of the allocation, whatever the modes
     * of what lies below. Idempotent.
     */
    public void create(Optional<Account> owner) throws IOException {
        make(root, "rwx--x--x");
        make(directory, owner.isPresent() ? "rwx--x---" : "rwx--x--x");
        group(directory, owner);
        make(shared(), 01777);
        for (String name : List.of("logs", "tmp", "data")) {
            make(shared().resolve(name), 01777);
        }
    }

    /** The user an allocation got for itself, as its directory remembers it; empty when it has none or is not there. */
    static Optional<Account> ownerOf(Path allocationDirectory) throws IOException {
        try {
            int group = (int) Files.getAttribute(allocationDirectory, "unix:gid", LinkOption.NOFOLLOW_LINKS);
            return group == 0 || !LinuxCalls.isRoot() ? Optional.empty() : Optional.of(AllocationUsers.of(group));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
    }

    /** The same for an allocation. */
    public static Optional<Account> ownerOf(AllocationDirectory allocation) throws IOException {
        return ownerOf(allocation.path());
    }

    /** The same for the allocation of a task. */
    public static Optional<Account> ownerOf(TaskDirectories directories) throws IOException {
        return ownerOf(Objects.requireNonNull(directories.task().getParent()));
    }

    /** Makes the directories of a task for the account it will run as; empty for the agent's own user. Idempotent. */
    public TaskDirectories createTask(String task, Optional<Account> account, Access access) throws IOException {
        var paths = task(task);
        var owned = access == Access.CONTAINER ? Optional.<Account>empty() : account.filter(user -> user.uid() != 0);
        boolean open = access == Access.CONTAINER;
        make(paths.task(), owned.isPresent() ? 01770 : 0700);
        group(paths.task(), owned);
        make(paths.local(), open ? 0777 : owned.isPresent() ? 0770 : 0700);
        make(paths.tmp(), open ? 01777 : owned.isPresent() ? 0770 : 0700);
        group(paths.local(), owned);
        group(paths.tmp(), owned);
        make(paths.task().resolve(PRIVATE), "rwx------");
        createSecrets(paths.secrets(), owned, open ? 0777 : owned.isPresent() ? 0770 : 0700);
        return paths;
    }

    /** Where a task's directories are or would be. */
    public TaskDirectories task(String task) {
        var root = directory.resolve(task);
        if (task.equals(SHARED) || task.startsWith(".") || task.contains("/")) {
            throw new IllegalArgumentException("a task cannot be named \"" + task + "\": it names a directory");
        }
        return new TaskDirectories(
                root,
                root.resolve("local"),
                root.resolve("tmp"),
                root.resolve(SECRETS),
                shared(),
                root.resolve(PRIVATE).resolve("stdout"),
                root.resolve(PRIVATE).resolve("stderr"),
                root.resolve(PRIVATE).resolve("process"));
    }

    /** Gives back the memory that holds secrets; files stay readable. The tasks must have been destroyed. Idempotent. */
    public void unmount() throws IOException {
        for (Path mount : mountsBelow(directory)) {
            try {
                LinuxCalls.unmount(mount, LinuxCalls.MNT_DETACH);
            } catch (LinuxException refused) {
                // the list may name a mount twice while others change it
                if (mountsBelow(directory).contains(mount)) {
                    throw refused;
                }
            }
        }
    }

    /** Removes everything; the tasks must have been destroyed. Symbolic links are removed, never followed. Idempotent. */
    public void destroy() throws IOException {
        unmount();
        Files.walkFileTree(directory, new Remover());
    }

    /** The allocations that have a directory below the root. */
    public static List<AllocationId> existing(Path allocationsRoot) throws IOException {
        var found = new ArrayList<AllocationId>();
        try (var entries = Files.newDirectoryStream(allocationsRoot, Files::isDirectory)) {
            entries.forEach(
                    entry -> found.add(new AllocationId(entry.getFileName().toString())));
        } catch (NoSuchFileException none) {
            return List.of();
        }
        found.sort(AllocationId::compareTo);
        return found;
    }

    /** Secrets live in memory where mounting is possible, so that they are on no disk. */
    private void createSecrets(Path secrets, Optional<Account> owned, int mode) throws IOException {
        if (Files.isDirectory(secrets) && mountsBelow(secrets).contains(secrets)) {
            return;
        }
        make(secrets, mode);
        if (LinuxCalls.isRoot()) {
            var options = SECRETS_SIZE + ",mode=0" + Integer.toOctalString(mode);
            var flags = LinuxCalls.MS_NOSUID | LinuxCalls.MS_NODEV | LinuxCalls.MS_NOEXEC;
            try {
                LinuxCalls.mount("steppe-secrets", secrets, "tmpfs", flags, options + ",noswap");
            } catch (LinuxException olderKernel) {
                LinuxCalls.mount("steppe-secrets", secrets, "tmpfs", flags, options);
            }
        }
        group(secrets, owned);
    }

    private static void make(Path path, String permissions) throws IOException {
        Files.createDirectories(path);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private static void make(Path path, int mode) throws IOException {
        Files.createDirectories(path);
        Files.setAttribute(path, "unix:mode", mode, LinkOption.NOFOLLOW_LINKS);
    }

    private static void group(Path path, Optional<Account> account) throws IOException {
        if (account.isPresent() && LinuxCalls.isRoot()) {
            Files.setAttribute(path, "unix:gid", account.get().gid(), LinkOption.NOFOLLOW_LINKS);
        }
    }

    private List<Path> mountsBelow(Path path) throws IOException {
        var found = new ArrayList<Path>();
        if (!LinuxCalls.isLinux()) {
            return found;
        }
        // Most lines are about other allocations, and taking them apart takes its time.
        var mark = directory.getFileName().toString();
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            if (!line.contains(mark)) {
                continue;
            }
            var fields = line.split(" ", 6);
            if (fields.length == 6) {
                var mount = Path.of(fields[4].replace("\\040", " ").replace("\\134", "\\"));
                if (mount.startsWith(path)) {
                    found.add(mount);
                }
            }
        }
        return found.reversed();
    }

    private static final class Remover extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        /** What somebody else removed meanwhile is no reason to leave the rest. */
        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
            if (failure != null) {
                throw failure;
            }
            Files.deleteIfExists(visited);
            return FileVisitResult.CONTINUE;
        }
    }
}
