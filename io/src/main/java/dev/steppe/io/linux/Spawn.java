package dev.steppe.io.linux;

import static dev.steppe.io.linux.Native.INT;
import static dev.steppe.io.linux.Native.POINTER;
import static dev.steppe.io.linux.Native.text;
import static dev.steppe.io.linux.Native.texts;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Starts a program in a session of its own, from the calling thread and with that thread's namespaces, without the
 * JDK's spawning helper (which an upgrade of the JDK under a running agent breaks). The child gets exactly the given
 * descriptors as 0, 1, 2, ... and no other, all signals at default, and must be collected with
 * {@link LinuxCalls#reap}.
 */
public final class Spawn {
    private static final short SETSIGDEF_SETSIGMASK_SETSID = 0x04 | 0x08 | 0x80;
    // Larger than any C library's; only the library looks inside.
    private static final long OPAQUE_BYTES = 1024;

    private static final Native ACTIONS_INIT = Native.function("posix_spawn_file_actions_init", INT, POINTER);
    private static final Native ACTIONS_DESTROY = Native.function("posix_spawn_file_actions_destroy", INT, POINTER);
    private static final Native ACTIONS_DUP =
            Native.function("posix_spawn_file_actions_adddup2", INT, POINTER, INT, INT);
    private static final Native ACTIONS_CLOSE_FROM =
            Native.function("posix_spawn_file_actions_addclosefrom_np", INT, POINTER, INT);
    private static final Native ATTRIBUTES_INIT = Native.function("posix_spawnattr_init", INT, POINTER);
    private static final Native ATTRIBUTES_DESTROY = Native.function("posix_spawnattr_destroy", INT, POINTER);
    private static final Native ATTRIBUTES_FLAGS =
            Native.function("posix_spawnattr_setflags", INT, POINTER, ValueLayout.JAVA_SHORT);
    private static final Native ATTRIBUTES_DEFAULT =
            Native.function("posix_spawnattr_setsigdefault", INT, POINTER, POINTER);
    private static final Native ATTRIBUTES_MASK = Native.function("posix_spawnattr_setsigmask", INT, POINTER, POINTER);
    private static final Native FILL = Native.function("sigfillset", INT, POINTER);
    private static final Native EMPTY = Native.function("sigemptyset", INT, POINTER);
    private static final Native SPAWN =
            Native.function("posix_spawn", INT, POINTER, POINTER, POINTER, POINTER, POINTER, POINTER);

    private Spawn() {}

    /** Starts the program; the first word is its absolute path, the environment holds NAME=value texts. */
    public static long start(List<String> command, List<String> environment, List<Descriptor> descriptors)
            throws LinuxException {
        return start(command.getFirst(), command, environment, descriptors);
    }

    /** The same for a program that is called by another name than its path. */
    public static long start(
            String program, List<String> command, List<String> environment, List<Descriptor> descriptors)
            throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var actions = arena.allocate(OPAQUE_BYTES, 16);
            var attributes = arena.allocate(OPAQUE_BYTES, 16);
            ACTIONS_INIT.callReturningErrno(program, actions);
            ATTRIBUTES_INIT.callReturningErrno(program, attributes);
            try {
                redirect(actions, program, descriptors);
                resetSignals(arena, attributes, program);
                var pid = arena.allocate(INT);
                SPAWN.callReturningErrno(
                        program,
                        pid,
                        text(arena, program),
                        actions,
                        attributes,
                        texts(arena, command),
                        texts(arena, environment));
                return pid.get(INT, 0);
            } finally {
                ATTRIBUTES_DESTROY.callReturningErrno(program, attributes);
                ACTIONS_DESTROY.callReturningErrno(program, actions);
            }
        }
    }

    private static void redirect(MemorySegment actions, String program, List<Descriptor> descriptors)
            throws LinuxException {
        for (int target = 0; target < descriptors.size(); target++) {
            int source = descriptors.get(target).number();
            if (source < descriptors.size()) {
                throw new IllegalArgumentException("descriptor " + source + " would be overwritten; duplicate it high");
            }
            ACTIONS_DUP.callReturningErrno(program, actions, source, target);
        }
        ACTIONS_CLOSE_FROM.callReturningErrno(program, actions, descriptors.size());
    }

    private static void resetSignals(Arena arena, MemorySegment attributes, String program) throws LinuxException {
        var signals = arena.allocate(OPAQUE_BYTES, 16);
        FILL.call(program, signals);
        ATTRIBUTES_DEFAULT.callReturningErrno(program, attributes, signals);
        EMPTY.call(program, signals);
        ATTRIBUTES_MASK.callReturningErrno(program, attributes, signals);
        ATTRIBUTES_FLAGS.callReturningErrno(program, attributes, SETSIGDEF_SETSIGMASK_SETSID);
    }
}
