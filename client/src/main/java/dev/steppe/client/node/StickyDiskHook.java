package dev.steppe.client.node;

import dev.steppe.client.allocation.AllocationHook;
import dev.steppe.client.allocation.Surroundings;
import dev.steppe.client.driver.AllocationDirectory;
import dev.steppe.client.driver.DirectoryMove;
import dev.steppe.model.Task;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;

/** Gives an allocation with a sticky disk the data of the one it replaces, when that ran on this node. */
public final class StickyDiskHook implements AllocationHook {
    private static final System.Logger LOG = System.getLogger(StickyDiskHook.class.getName());

    private final Path root;

    /** {@code root} is the directory of all allocations. */
    public StickyDiskHook(Path root) {
        this.root = root;
    }

    @Override
    public String name() {
        return "sticky disk";
    }

    @Override
    public void prepare(Surroundings surroundings) throws HookException {
        var previous = surroundings.allocation().previous();
        if (!surroundings.group().ephemeralDisk().sticky() || previous.isEmpty()) {
            return;
        }
        var from = new AllocationDirectory(root, previous.get());
        if (!Files.isDirectory(from.path())) {
            LOG.log(
                    Level.WARNING,
                    "an allocation begins without the data of the one before, which is not on this node allocation="
                            + surroundings.allocation().id() + " before=" + previous.get());
            return;
        }
        var to = new AllocationDirectory(root, surroundings.allocation().id());
        try {
            var moved = new DirectoryMove(from, to)
                    .move(surroundings.group().tasks().stream().map(Task::name).toList());
            LOG.log(
                    Level.INFO,
                    "data moved allocation=" + surroundings.allocation().id() + " before=" + previous.get()
                            + " directories=" + moved);
        } catch (IOException disk) {
            throw new HookException("the data of allocation " + previous.get() + ": " + disk.getMessage(), disk);
        }
    }

    @Override
    public void adopt(Surroundings surroundings) {}

    @Override
    public void release(Surroundings surroundings) {}
}
