package dev.steppe.server.formation;

import dev.steppe.consensus.MemberId;
import dev.steppe.consensus.RatisConsensus;
import dev.steppe.io.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a server knows of itself in its directory: its name in the log, made once, and with whom it promised to begin.
 * Safe for use from any thread.
 */
public final class Identity {
    private static final String ID = "server-id";
    private static final String PROMISE = "founder";

    private final Path directory;
    private final MemberId id;
    private Optional<String> promised;

    private Identity(Path directory, MemberId id, Optional<String> promised) {
        this.directory = directory;
        this.id = id;
        this.promised = promised;
    }

    /** Reads the name, or makes one; a log that began before servers had names keeps the one it began with. */
    public static Identity in(Path directory, Supplier<String> newName) throws IOException {
        Files.createDirectories(directory);
        var known = read(directory.resolve(ID));
        var name = known.isPresent() ? known.get() : RatisConsensus.hasLog(directory) ? "alone" : newName.get();
        if (known.isEmpty()) {
            write(directory.resolve(ID), name);
        }
        return new Identity(directory, new MemberId(name), read(directory.resolve(PROMISE)));
    }

    public MemberId id() {
        return id;
    }

    /** Promises to begin with that founder; false when another one was promised that before. */
    public synchronized boolean promise(String founder) throws IOException {
        if (promised.isPresent()) {
            return promised.get().equals(founder);
        }
        write(directory.resolve(PROMISE), founder);
        promised = Optional.of(founder);
        return true;
    }

    /** That founder did not begin. */
    public synchronized void release(String founder) throws IOException {
        if (promised.equals(Optional.of(founder))) {
            Files.deleteIfExists(directory.resolve(PROMISE));
            promised = Optional.empty();
        }
    }

    public synchronized Optional<String> promised() {
        return promised;
    }

    private static Optional<String> read(Path file) throws IOException {
        return Files.exists(file)
                ? Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty())
                : Optional.empty();
    }

    private static void write(Path file, String text) throws IOException {
        DurableFile.replace(file, (text + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
