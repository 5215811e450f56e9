package dev.steppe.io.linux;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * A directory held open, for working as root within what an unprivileged task may change at any time: no name on the way
 * to a file is followed when it is a symbolic link, and none can be exchanged meanwhile. Linux only.
 */
public final class HeldDirectory implements AutoCloseable {
    private static final int DIRECTORY = LinuxCalls.O_PATH | LinuxCalls.O_DIRECTORY | LinuxCalls.O_CLOEXEC;

    private final Descriptor descriptor;
    private final Path shown;

    private HeldDirectory(Descriptor descriptor, Path shown) {
        this.descriptor = descriptor;
        this.shown = shown;
    }

    /** Holds a directory whose path nobody but root can change. */
    public static HeldDirectory hold(Path directory) throws IOException {
        return new HeldDirectory(LinuxCalls.open(directory, DIRECTORY, 0), directory);
    }

    /** The path it was reached by; for messages. */
    public Path shown() {
        return shown;
    }

    /** The directory itself, wherever its name is now. Valid while it is held. */
    public Path self() {
        return path(descriptor);
    }

    /** A name in this directory, for calls that do not follow it. Valid while the directory is held. */
    public Path at(String name) {
        if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0) {
            throw new IllegalArgumentException("not the name of a file: \"" + name + "\"");
        }
        return self().resolve(name);
    }

    /** The directory below this one, name by name. */
    public HeldDirectory enter(List<String> names) throws IOException {
        return walk(names, false);
    }

    /** The directory below this one, made where it is not there, for everybody to enter. */
    public HeldDirectory make(List<String> names) throws IOException {
        return walk(names, true);
    }

    private HeldDirectory walk(List<String> names, boolean make) throws IOException {
        var current = new HeldDirectory(LinuxCalls.open(self(), DIRECTORY, 0), shown);
        for (String name : names) {
            try (var parent = current) {
                if (make) {
                    parent.makeOne(name);
                }
                current = parent.enterOne(name);
            }
        }
        return current;
    }

    private void makeOne(String name) throws IOException {
        try {
            Files.createDirectory(at(name));
        } catch (FileAlreadyExistsException there) {
            return;
        }
    }

    private HeldDirectory enterOne(String name) throws IOException {
        Path inside = shown.resolve(name);
        try {
            return new HeldDirectory(LinuxCalls.open(at(name), DIRECTORY | LinuxCalls.O_NOFOLLOW, 0), inside);
        } catch (LinuxException closed) {
            if (!Files.exists(at(name), java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
                throw new NoSuchFileException(inside.toString());
            }
            throw new IOException(inside + " is no directory, or a symbolic link, which is not followed", closed);
        }
    }

    /** Makes a file that is not there yet, readable by nobody else, and opens it for writing. */
    public Descriptor create(String name) throws IOException {
        int flags = LinuxCalls.O_WRONLY
                | LinuxCalls.O_CREAT
                | LinuxCalls.O_EXCL
                | LinuxCalls.O_NOFOLLOW
                | LinuxCalls.O_CLOEXEC;
        return LinuxCalls.open(at(name), flags, 0600);
    }

    /** Opens a regular file for reading. */
    public Descriptor open(String name) throws IOException {
        if (!Files.exists(at(name), java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(shown.resolve(name).toString());
        }
        int flags = LinuxCalls.O_RDONLY | LinuxCalls.O_NOFOLLOW | LinuxCalls.O_NONBLOCK | LinuxCalls.O_CLOEXEC;
        var file = LinuxCalls.open(at(name), flags, 0);
        if (!Files.isRegularFile(path(file))) {
            file.close();
            throw new IOException(shown.resolve(name) + " is no regular file");
        }
        return file;
    }

    /** The open file itself, wherever its name is now. */
    public static Path path(Descriptor open) {
        return Path.of("/proc/self/fd/" + open.number());
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
