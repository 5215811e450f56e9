package dev.steppe.io.linux;

import static dev.steppe.io.linux.Native.INT;
import static dev.steppe.io.linux.Native.LONG;
import static dev.steppe.io.linux.Native.POINTER;
import static dev.steppe.io.linux.Native.text;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The system calls the agent needs beyond the JDK. Calls that change the calling thread (setns, unshare, mount after
 * unshare) belong on a {@link NamespaceThread}. Failures are {@link LinuxException}s.
 */
public final class LinuxCalls {
    public static final int CLONE_NEWNS = 0x0002_0000;
    public static final int CLONE_NEWNET = 0x4000_0000;
    public static final long MS_RDONLY = 1;
    public static final long MS_NOSUID = 2;
    public static final long MS_NODEV = 4;
    public static final long MS_NOEXEC = 8;
    public static final long MS_REMOUNT = 32;
    public static final long MS_BIND = 4096;
    public static final long MS_REC = 16384;
    public static final long MS_PRIVATE = 1 << 18;
    public static final long MS_SLAVE = 1 << 19;
    public static final int MNT_DETACH = 2;
    static final int O_RDONLY = 0;
    static final int O_WRONLY = 1;
    static final int O_CREAT = 0100;
    static final int O_APPEND = 02000;
    static final int O_EXCL = 0200;
    static final int O_NONBLOCK = 04000;
    static final int O_CLOEXEC = 02000000;
    static final int O_PATH = 010000000;

    private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
    static final int O_NOFOLLOW = ARM ? 0100000 : 0400000;
    static final int O_DIRECTORY = ARM ? 040000 : 0200000;

    private static final int AT_FDCWD = -100;
    private static final int AT_RECURSIVE = 0x8000;
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final long SYS_PIDFD_OPEN = 434;
    private static final long SYS_MOUNT_SETATTR = 442;
    private static final long MOUNT_ATTR_RDONLY = 1;
    private static final long MOUNT_ATTR_BYTES = 32;
    private static final int FALLOC_PUNCH_HOLE_KEEP_SIZE = 3;
    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_EXEC = 0x10;
    private static final int PR_SET_SECCOMP = 22;
    private static final long SECCOMP_MODE_FILTER = 2;
    private static final long FILTER_BYTES = 16;
    private static final int WNOHANG = 1;
    private static final short POLLIN = 1;
    private static final int POLL_BYTES = 8;

    private static final Native SETNS = Native.function("setns", INT, INT, INT);
    private static final Native UNSHARE = Native.function("unshare", INT, INT);
    private static final Native MOUNT = Native.function("mount", INT, POINTER, POINTER, POINTER, LONG, POINTER);
    private static final Native UMOUNT = Native.function("umount2", INT, POINTER, INT);
    private static final Native KILL = Native.function("kill", INT, INT, INT);
    private static final Native GETEUID = Native.function("geteuid", INT);
    private static final Native CLOSE = Native.function("close", INT, INT);
    private static final Native PIPE = Native.function("pipe2", INT, POINTER, INT);
    private static final Native READ = Native.function("read", LONG, INT, POINTER, LONG);
    private static final Native POLL = Native.function("poll", INT, POINTER, LONG, INT);
    private static final Native EVENTFD = Native.function("eventfd", INT, INT, INT);
    private static final Native WRITE = Native.function("write", LONG, INT, POINTER, LONG);
    private static final Native WAITPID = Native.function("waitpid", INT, INT, POINTER, INT);
    private static final Native MEMFD = Native.function("memfd_create", INT, POINTER, INT);
    private static final Native PRCTL = Native.variadic("prctl", 1, INT, INT, LONG, POINTER);
    private static final Native TRUNCATE = Native.function("ftruncate", INT, INT, LONG);
    private static final Native FALLOCATE = Native.function("fallocate", INT, INT, INT, LONG, LONG);
    private static final Native OPEN = Native.variadic("open", 2, INT, POINTER, INT, INT);
    private static final Native FCNTL = Native.variadic("fcntl", 2, INT, INT, INT, INT);
    private static final Native PIDFD_OPEN = Native.variadic("syscall", 1, LONG, LONG, INT, INT);
    private static final Native MOUNT_SETATTR =
            Native.variadic("syscall", 1, LONG, LONG, INT, POINTER, INT, POINTER, LONG);

    private LinuxCalls() {}

    /** True when system calls of this class exist here at all. */
    public static boolean isLinux() {
        return System.getProperty("os.name", "").equals("Linux");
    }

    /** True when the agent runs with effective user 0. */
    public static boolean isRoot() {
        return isLinux() && effectiveUser() == 0;
    }

    /** The effective user id. */
    public static int effectiveUser() {
        try {
            return (int) GETEUID.call("");
        } catch (LinuxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Moves the calling thread into the namespace behind the file, for example one kept by a bind mount. */
    public static void enterNamespace(Path file, int type) throws LinuxException {
        try (var descriptor = open(file, O_RDONLY | O_CLOEXEC, 0)) {
            SETNS.call(file.toString(), descriptor.number(), type);
        }
    }

    /** Gives the calling thread fresh namespaces. */
    public static void unshare(int flags) throws LinuxException {
        UNSHARE.call("0x" + Integer.toHexString(flags), flags);
    }

    /** mount(2); empty texts stand for no source, type or data. */
    public static void mount(String source, Path target, String type, long flags, String data) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            MOUNT.call(
                    source + " on " + target,
                    optionalText(arena, source),
                    text(arena, target.toString()),
                    optionalText(arena, type),
                    flags,
                    optionalText(arena, data));
        }
    }

    /** Shows the file or directory {@code source} also at {@code target}, with everything mounted below it. */
    public static void bindMount(Path source, Path target) throws LinuxException {
        mount(source.toString(), target, "", MS_BIND | MS_REC, "");
    }

    /** umount2(2). */
    public static void unmount(Path target, int flags) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            UMOUNT.call(target.toString(), text(arena, target.toString()), flags);
        }
    }

    /** Makes a mount and everything mounted below it read-only; a plain remount would leave submounts writable. */
    public static void makeReadOnlyRecursively(Path mount) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var attributes = arena.allocate(MOUNT_ATTR_BYTES, 8);
            attributes.set(LONG, 0, MOUNT_ATTR_RDONLY);
            MOUNT_SETATTR.call(
                    "mount_setattr " + mount,
                    SYS_MOUNT_SETATTR,
                    AT_FDCWD,
                    text(arena, mount.toString()),
                    AT_RECURSIVE,
                    attributes,
                    MOUNT_ATTR_BYTES);
        }
    }

    /**
     * Puts a filter of system calls, eight bytes an instruction, on the calling thread and all it starts, for good. Needs
     * root or a thread without new privileges.
     */
    public static void filterSystemCalls(byte[] instructions) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var program = arena.allocate(FILTER_BYTES, 8);
            program.set(ValueLayout.JAVA_SHORT, 0, (short) (instructions.length / 8));
            program.set(POINTER, 8, arena.allocateFrom(ValueLayout.JAVA_BYTE, instructions));
            PRCTL.call("filter of system calls", PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program);
        }
    }

    /** Signals one process. */
    public static void signal(long pid, Signal signal) throws LinuxException {
        if (pid <= 1) {
            throw new IllegalArgumentException("refusing to signal pid " + pid);
        }
        KILL.call(pid + " with " + signal, (int) pid, signal.number());
    }

    /** Signals every process of a process group. */
    public static void signalGroup(long group, Signal signal) throws LinuxException {
        if (group <= 1) {
            throw new IllegalArgumentException("refusing to signal group " + group);
        }
        KILL.call("group " + group + " with " + signal, (int) -group, signal.number());
    }

    /**
     * Frees the disk blocks of a range of a file that may be appended to at the same time; sizes and offsets stay as
     * they are, the range then reads as zeroes.
     */
    public static void punchHole(Path file, long offset, long length) throws LinuxException {
        try (var descriptor = open(file, O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0)) {
            FALLOCATE.call(file.toString(), descriptor.number(), FALLOC_PUNCH_HOLE_KEEP_SIZE, offset, length);
        }
    }

    /** Opens a file for appending, made when absent; never through a symbolic link. */
    public static Descriptor openForAppending(Path file, int mode) throws LinuxException {
        return open(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, mode);
    }

    static Descriptor open(Path file, int flags, int mode) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            return descriptor(OPEN.call(file.toString(), text(arena, file.toString()), flags, mode));
        }
    }

    /** Opens a file for reading. */
    public static Descriptor openForReading(Path file) throws LinuxException {
        return open(file, O_RDONLY | O_CLOEXEC, 0);
    }

    /** A file that exists in memory only. */
    public static Descriptor memoryFile(String name) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            return descriptor(MEMFD.call(name, text(arena, name), 1));
        }
    }

    /** A file in memory that can be run as a program. */
    public static Descriptor programFile(String name) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            try {
                return descriptor(MEMFD.call(name, text(arena, name), MFD_CLOEXEC | MFD_EXEC));
            } catch (LinuxException beforeLinux63) {
                return descriptor(MEMFD.call(name, text(arena, name), MFD_CLOEXEC));
            }
        }
    }

    /** Writes all of it; through the descriptor itself, since a program that runs cannot be opened for writing. */
    public static void write(Descriptor to, byte[] content) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, content);
            for (long done = 0; done < content.length; ) {
                done += WRITE.call("", to.number(), bytes.asSlice(done), content.length - done);
            }
        }
    }

    /** Cuts a file off. */
    public static void truncate(Descriptor file, long length) throws LinuxException {
        TRUNCATE.call("", file.number(), length);
    }

    /** True when mount flags can be set on a mount with all below it (since Linux 5.12). */
    public static boolean hasRecursiveMountFlags() {
        try {
            MOUNT_SETATTR.call("", SYS_MOUNT_SETATTR, -1, MemorySegment.NULL, 0, MemorySegment.NULL, 0L);
            return true;
        } catch (LinuxException refused) {
            return refused.errno() != Errno.ENOSYS;
        }
    }

    /** All that is in a memory file. */
    public static String content(Descriptor memoryFile) throws IOException {
        return Files.readString(Path.of("/proc/self/fd/" + memoryFile.number()));
    }

    /** A pipe: what is written to {@code sink} is read from {@code source}. */
    public static Pipe pipe() throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var ends = arena.allocate(INT, 2);
            PIPE.call("", ends, O_CLOEXEC);
            return new Pipe(descriptor(ends.getAtIndex(INT, 0)), descriptor(ends.getAtIndex(INT, 1)));
        }
    }

    /** Reads what is there, at most the buffer; empty at the end of the file. */
    public static String read(Descriptor from, int maximumBytes) throws LinuxException {
        return new String(readBytes(from, maximumBytes), StandardCharsets.UTF_8);
    }

    /** The same for what is no text. */
    public static byte[] readBytes(Descriptor from, int maximumBytes) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var buffer = arena.allocate(maximumBytes);
            long count = READ.call("", from.number(), buffer, (long) maximumBytes);
            return buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /** A descriptor that becomes readable when the process ends. ENOSYS before Linux 5.3, ESRCH when it is gone. */
    public static Descriptor openProcess(long pid) throws LinuxException {
        return descriptor(PIDFD_OPEN.call("pidfd_open " + pid, SYS_PIDFD_OPEN, (int) pid, 0));
    }

    /** Collects an ended child so that it leaves the process table; false when it is not our child or still runs. */
    public static boolean reap(long pid) {
        try (var arena = Arena.ofConfined()) {
            return WAITPID.call(String.valueOf(pid), (int) pid, arena.allocate(INT), WNOHANG) == pid;
        } catch (LinuxException notOurs) {
            return false;
        }
    }

    /** Waits until the child has ended, collects it and answers its status as shells count: 128 and more for signals. */
    public static int awaitChild(long pid) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var status = arena.allocate(INT);
            WAITPID.call(String.valueOf(pid), (int) pid, status, 0);
            int value = status.get(INT, 0);
            int signal = value & 0x7f;
            return signal == 0 ? (value >> 8) & 0xff : 128 + signal;
        }
    }

    /** A counter other threads raise to end a {@link #waitReadable}. */
    public static Descriptor wakeUp() throws LinuxException {
        return descriptor(EVENTFD.call("", 0, O_CLOEXEC));
    }

    /** Raises the counter. */
    public static void raise(Descriptor counter) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            WRITE.call("eventfd", counter.number(), arena.allocateFrom(LONG, 1L), 8L);
        }
    }

    /** Resets the counter; to be called when it is readable. */
    public static void reset(Descriptor counter) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            READ.call("eventfd", counter.number(), arena.allocate(LONG), 8L);
        }
    }

    /** Waits until one of the descriptors is readable or the time is over; answers which are. */
    public static boolean[] waitReadable(int[] descriptors, Duration timeout) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var table = arena.allocate((long) POLL_BYTES * Math.max(1, descriptors.length), 8);
            for (int index = 0; index < descriptors.length; index++) {
                table.set(INT, (long) index * POLL_BYTES, descriptors[index]);
                table.set(ValueLayout.JAVA_SHORT, (long) index * POLL_BYTES + 4, POLLIN);
            }
            int millis = (int) Math.min(Integer.MAX_VALUE, timeout.toMillis());
            POLL.call("", table, (long) descriptors.length, millis);
            var ready = new boolean[descriptors.length];
            for (int index = 0; index < descriptors.length; index++) {
                ready[index] = table.get(ValueLayout.JAVA_SHORT, (long) index * POLL_BYTES + 6) != 0;
            }
            return ready;
        }
    }

    /** Moves a descriptor away from the low numbers that a child's redirections use. */
    public static Descriptor duplicateHigh(Descriptor low) throws LinuxException {
        return descriptor(FCNTL.call("duplicate", low.number(), F_DUPFD_CLOEXEC, 20));
    }

    static void close(int number) {
        try {
            CLOSE.call("", number);
        } catch (LinuxException gone) {
            throw new IllegalStateException("closing descriptor " + number, gone);
        }
    }

    private static Descriptor descriptor(long number) {
        return new Descriptor((int) number);
    }

    private static MemorySegment optionalText(Arena arena, String value) {
        return value.isEmpty() ? MemorySegment.NULL : text(arena, value);
    }

    /** The two ends of a pipe. */
    public record Pipe(Descriptor source, Descriptor sink) implements AutoCloseable {
        @Override
        public void close() {
            source.close();
            sink.close();
        }
    }
}
