package dev.steppe.simulation.hosts;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Sets the clock of one agent and leaves the machine's alone: with a library of a few lines that the agent loads first. */
public final class Clocks {
    private final Path library;
    private final Path directory;

    private Clocks(Path library, Path directory) {
        this.library = library;
        this.directory = directory;
    }

    /** Empty where there is no C compiler. */
    public static Optional<Clocks> make(Path directory) throws IOException {
        var source = directory.resolve("clock.c");
        var library = directory.resolve("clock.so");
        try (var text = Objects.requireNonNull(Clocks.class.getResourceAsStream("clock.c"), "clock.c")) {
            Files.copy(text, source);
        }
        boolean made = Commands.exist("cc")
                && Commands.succeeds(
                        List.of("cc", "-shared", "-fPIC", "-O2", "-o", library.toString(), source.toString(), "-ldl"));
        return made ? Optional.of(new Clocks(library, directory)) : Optional.empty();
    }

    private Path file(String host) {
        return directory.resolve(host + ".clock");
    }

    /** What the environment of the agent on a host needs. */
    public Map<String, String> environment(String host) throws IOException {
        if (!Files.exists(file(host))) {
            set(host, Duration.ZERO);
        }
        return Map.of(
                "LD_PRELOAD",
                library.toString(),
                "STEPPE_FAULTS_CLOCK",
                file(host).toString());
    }

    /** From now on the agent's clock is so far ahead of the machine's. */
    public void set(String host, Duration ahead) throws IOException {
        try (var file = new RandomAccessFile(file(host).toFile(), "rw")) {
            // one write of eight bytes in the machine's own order: whoever reads sees the old or the new number
            file.write(littleEndian(ahead.toSeconds()));
        }
    }

    private static byte[] littleEndian(long number) {
        var bytes = new byte[Long.BYTES];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (number >> (Byte.SIZE * i));
        }
        return bytes;
    }
}
