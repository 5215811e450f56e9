package dev.steppe.io.process;

import dev.steppe.io.linux.Capability;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A view of the machine of a task's own: what it sees of the file system, whether it sees other processes and their
 * shared memory, and which capabilities it has. Everything not named is not there. Needs root.
 *
 * @param root an empty directory of the task to build the view at; outside the task it stays empty
 * @param pivoting exchanges the root; otherwise the view is moved over it, which also works in an initial memory disk
 * @param hidden directories that must not be seen although they may lie below a view
 */
public record Isolation(
        Path root,
        List<View> views,
        List<Path> hidden,
        boolean ownProcesses,
        boolean ownMemory,
        Set<Capability> capabilities,
        boolean pivoting) {

    public Isolation {
        views = List.copyOf(views);
        hidden = List.copyOf(hidden);
        capabilities = capabilities.isEmpty() ? Set.of() : EnumSet.copyOf(capabilities);
    }

    /** A file or directory of the machine with all that is mounted below it, at a place of the task's view. */
    public record View(Path source, Path target, boolean writable) {
        public View {
            if (!target.isAbsolute() || !target.normalize().equals(target)) {
                throw new IllegalArgumentException("a place in a task's view is an absolute path: " + target);
            }
        }

        /** Visible and unchangeable. */
        public static View readOnly(Path source, Path target) {
            return new View(source, target, false);
        }

        /** The task may write where its user may. */
        public static View writable(Path source, Path target) {
            return new View(source, target, true);
        }
    }
}
