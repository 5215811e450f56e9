package dev.steppe.simulation.hosts;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The disk of a host: a file system of its own with a journal, in a file. It can be full without anybody else noticing, and
 * its power can be cut: what was not forced onto it by then is lost, as on a real one.
 */
public final class Disk {
    private static final long BYTES = 384L << 20;
    /** EXT4_IOC_SHUTDOWN: the file system ends where it stands. */
    private static final long SHUT_DOWN = 0x8004587dL;
    /** Nothing more is written, not even the journal. */
    private static final int WITHOUT_FLUSH = 2;

    private static final int ATTEMPTS = 100;

    private final Path image;
    private final Path directory;
    private final boolean own;

    private Disk(Path image, Path directory, boolean own) {
        this.image = image;
        this.directory = directory;
        this.own = own;
    }

    /** A disk that is found at the directory; where the machine cannot mount files, an ordinary directory. */
    public static Disk make(Path image, Path directory) throws IOException {
        Files.createDirectories(directory);
        try (var file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(BYTES);
        }
        boolean own = Commands.exist("mkfs.ext4")
                && Commands.succeeds(List.of("mkfs.ext4", "-q", "-F", "-m", "0", image.toString()))
                && Commands.succeeds(mount(image, directory));
        return new Disk(image, directory, own);
    }

    private static List<String> mount(Path image, Path directory) {
        return List.of("mount", "-o", "loop", image.toString(), directory.toString());
    }

    /** Whether it is a disk of its own, which alone can be full or lose its power. */
    public boolean isOwn() {
        return own;
    }

    /** From now on nothing reaches it any more. */
    public void cutPower() throws IOException {
        try (var arena = Arena.ofConfined()) {
            var linker = Linker.nativeLinker();
            var function = linker.downcallHandle(
                    linker.defaultLookup().find("ioctl").orElseThrow(),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS),
                    Linker.Option.firstVariadicArg(2));
            var how = arena.allocateFrom(ValueLayout.JAVA_INT, WITHOUT_FLUSH);
            int descriptor = open(arena, linker);
            int result = (int) function.invokeExact(descriptor, SHUT_DOWN, how);
            close(linker, descriptor);
            if (result != 0) {
                throw new IOException("the file system of " + directory + " cannot be shut down");
            }
        } catch (IOException failed) {
            throw failed;
        } catch (Throwable unexpected) {
            throw new IllegalStateException("ioctl cannot be called", unexpected);
        }
    }

    private int open(Arena arena, Linker linker) throws Throwable {
        MethodHandle function = linker.downcallHandle(
                linker.defaultLookup().find("open").orElseThrow(),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        return (int) function.invokeExact(arena.allocateFrom(directory.toString()), 0);
    }

    private static void close(Linker linker, int descriptor) throws Throwable {
        MethodHandle function = linker.downcallHandle(
                linker.defaultLookup().find("close").orElseThrow(),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        int ignored = (int) function.invokeExact(descriptor);
    }

    /** The machine starts again: what the journal has is brought back. Nobody may use it any more. */
    public void powerUp() throws IOException {
        unmount();
        Commands.run(mount(image, directory));
    }

    private void unmount() throws IOException {
        for (int i = 0; i < ATTEMPTS; i++) {
            if (Commands.succeeds(List.of("umount", "-R", directory.toString()))) {
                return;
            }
            // processes that were killed a moment ago still hold it
            LockSupport.parkNanos(50_000_000);
        }
        Commands.run("umount", "-R", directory.toString());
    }

    public void remove() throws IOException {
        if (own) {
            unmount();
        }
    }
}
