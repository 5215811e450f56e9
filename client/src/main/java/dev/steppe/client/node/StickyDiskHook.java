package dev.steppe.client.node;

import dev.steppe.client.allocation.AllocationHook;
import dev.steppe.client.allocation.Surroundings;
import dev.steppe.client.disk.DiskArrival;
import dev.steppe.client.disk.DiskFetch;
import dev.steppe.client.driver.AllocationDirectory;
import dev.steppe.client.driver.DirectoryMove;
import dev.steppe.model.AllocationId;
import dev.steppe.model.EphemeralDisk;
import dev.steppe.model.Task;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Gives an allocation with a sticky or migrating disk the data of the one it replaces: moved where that ran on this node,
 * fetched from the other node where the disk migrates. Data that cannot be had is said to be missing, and the tasks begin
 * without it.
 */
public final class StickyDiskHook implements AllocationHook {
    private static final System.Logger LOG = System.getLogger(StickyDiskHook.class.getName());
    private static final String MESSAGE = "Task hook message";
    private static final String FAILED = "Task hook failed";
    /** No task can have these names. What arrives is renamed when it is whole, and only then moved to its place. */
    private static final String ARRIVING = ".arriving";

    private static final String ARRIVED = ".arrived";

    private final Path root;
    private final Optional<DiskFetch> elsewhere;

    /** {@code root} is the directory of all allocations; without {@code elsewhere} there is no other node. */
    public StickyDiskHook(Path root, Optional<DiskFetch> elsewhere) {
        this.root = root;
        this.elsewhere = elsewhere;
    }

    @Override
    public String name() {
        return "sticky disk";
    }

    @Override
    public void prepare(Surroundings surroundings) throws HookException {
        var disk = surroundings.group().ephemeralDisk();
        var previous = surroundings.allocation().previous();
        if (previous.isEmpty() || !disk.sticky()) {
            return;
        }
        var here = new AllocationDirectory(root, previous.get());
        var to = new AllocationDirectory(root, surroundings.allocation().id());
        try {
            if (Files.isDirectory(here.path())) {
                move(here, to, surroundings);
            } else if (disk.migrate() && elsewhere.isPresent()) {
                bring(elsewhere.get(), previous.get(), to, surroundings);
            } else {
                surroundings.tell(
                        MESSAGE,
                        "begins without the data of allocation " + previous.get()
                                + ", which is not on this node"
                                + (disk.migrate() ? "" : "; with migrate = true it would follow"));
            }
        } catch (IOException failed) {
            throw new HookException("the data of allocation " + previous.get() + ": " + failed.getMessage(), failed);
        }
    }

    private static List<String> tasks(Surroundings surroundings) {
        return surroundings.group().tasks().stream().map(Task::name).toList();
    }

    private static void move(AllocationDirectory from, AllocationDirectory to, Surroundings surroundings)
            throws IOException {
        var moved = new DirectoryMove(from, to).move(tasks(surroundings));
        LOG.log(
                Level.INFO,
                "data moved allocation=" + surroundings.allocation().id() + " before="
                        + from.path().getFileName() + " directories=" + moved);
    }

    private static void bring(
            DiskFetch elsewhere, AllocationId previous, AllocationDirectory to, Surroundings surroundings)
            throws IOException, HookException {
        Path arrived = to.path().resolve(ARRIVED);
        var staged = new AllocationDirectory(arrived, previous);
        if (Files.isDirectory(arrived) || isEmpty(to, surroundings) && fetch(elsewhere, previous, to, surroundings)) {
            move(staged, to, surroundings);
            staged.destroy();
            Files.deleteIfExists(arrived);
        }
    }

    /** An earlier agent may have prepared it already, and the tasks may have written since. */
    private static boolean isEmpty(AllocationDirectory to, Surroundings surroundings) throws IOException {
        var places = new TreeSet<Path>();
        places.add(to.shared().resolve("data"));
        tasks(surroundings).forEach(task -> places.add(to.task(task).local()));
        for (Path place : places) {
            try (var entries = Files.newDirectoryStream(place)) {
                if (entries.iterator().hasNext()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** True when all of it is there; false when it cannot be had, which the tasks are told. */
    private static boolean fetch(
            DiskFetch elsewhere, AllocationId previous, AllocationDirectory to, Surroundings surroundings)
            throws IOException, HookException {
        Path arriving = to.path().resolve(ARRIVING);
        var staged = new AllocationDirectory(arriving, previous);
        staged.destroy();
        Files.deleteIfExists(arriving);
        Files.createDirectory(
                arriving, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try {
            var into = new DiskArrival(
                    staged,
                    new TreeSet<>(tasks(surroundings)),
                    AllocationDirectory.ownerOf(to),
                    bytes(surroundings.group().ephemeralDisk()));
            long begun = System.nanoTime();
            long bytes = elsewhere.fetch(previous, surroundings, into);
            surroundings.tell(
                    MESSAGE,
                    "brought the data of allocation " + previous + " from its node: " + bytes + " bytes in "
                            + (System.nanoTime() - begun) / 1_000_000 + " ms");
            Files.move(arriving, to.path().resolve(ARRIVED), StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (DiskFetch.MissingException missing) {
            if (surroundings.isUnwanted()) {
                return false;
            }
            String why = "begins with an empty disk: the data of allocation " + previous + " could not be brought: "
                    + missing.getMessage();
            surroundings.tell(FAILED, why);
            LOG.log(
                    Level.WARNING,
                    why + " allocation=" + surroundings.allocation().id());
            return false;
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new HookException("the agent stops", stopping);
        } finally {
            if (Files.isDirectory(arriving, LinkOption.NOFOLLOW_LINKS)) {
                staged.destroy();
                Files.delete(arriving);
            }
        }
    }

    private static long bytes(EphemeralDisk disk) {
        return (long) disk.sizeMb() << 20;
    }

    @Override
    public void adopt(Surroundings surroundings) {}

    @Override
    public void release(Surroundings surroundings) {}
}
