package dev.steppe.io.linux;

import static dev.steppe.io.linux.Native.INT;
import static dev.steppe.io.linux.Native.POINTER;
import static dev.steppe.io.linux.Native.text;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The namespaces and the root directory of a running process, held open. Entering changes the calling thread for good, so
 * it belongs on a thread that is thrown away.
 */
public final class ProcessNamespaces implements AutoCloseable {
    private static final int CLONE_FS = 0x200;

    private static final Native SETNS = Native.function("setns", INT, INT, INT);
    private static final Native FCHDIR = Native.function("fchdir", INT, INT);
    private static final Native CHROOT = Native.function("chroot", INT, POINTER);

    private final List<Descriptor> namespaces;
    private final Descriptor root;

    private ProcessNamespaces(List<Descriptor> namespaces, Descriptor root) {
        this.namespaces = List.copyOf(namespaces);
        this.root = root;
    }

    // The mount namespace comes last, because the files of the others are found through this one. Children of a process
    // may live in another process namespace than itself; with them belongs what is started now.
    private static final List<String> ORDER = List.of("net", "ipc", "uts", "cgroup", "pid_for_children", "mnt");

    /** Opens those namespaces of a process that differ from this process's own. */
    public static ProcessNamespaces of(long pid) throws IOException {
        var opened = new ArrayList<Descriptor>();
        try {
            for (var name : ORDER) {
                var theirs = Path.of("/proc/" + pid + "/ns/" + name);
                var ours = Path.of("/proc/self/ns/" + name);
                if (!Files.readSymbolicLink(theirs).equals(Files.readSymbolicLink(ours))) {
                    opened.add(LinuxCalls.openForReading(theirs));
                }
            }
            return new ProcessNamespaces(opened, LinuxCalls.openForReading(Path.of("/proc/" + pid + "/root")));
        } catch (IOException gone) {
            opened.forEach(Descriptor::close);
            throw gone;
        }
    }

    /** Moves the calling thread: what it starts from now on sees what the process sees. */
    public void enter() throws LinuxException {
        if (namespaces.isEmpty()) {
            return;
        }
        LinuxCalls.unshare(CLONE_FS);
        for (var namespace : namespaces) {
            SETNS.call("a task's namespace", namespace.number(), 0);
        }
        try (var arena = Arena.ofConfined()) {
            FCHDIR.call("a task's root directory", root.number());
            CHROOT.call("a task's root directory", text(arena, "."));
        }
    }

    @Override
    public void close() {
        namespaces.forEach(Descriptor::close);
        root.close();
    }
}
