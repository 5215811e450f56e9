package dev.steppe.proxy.process;

import dev.steppe.io.linux.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** The processes that run, as written down for the next agent. */
record ProcessRecord(Optional<ProcessIdentity> broker, Optional<ProcessIdentity> proxy, int generation) {

    /** What is written there; nothing when there is no record or it is unreadable. */
    static ProcessRecord read(Path file) throws IOException {
        try {
            var lines = Files.readAllLines(file);
            return new ProcessRecord(parse(lines.get(0)), parse(lines.get(1)), Integer.parseInt(lines.get(2)));
        } catch (NoSuchFileException | IndexOutOfBoundsException | IllegalArgumentException none) {
            return new ProcessRecord(Optional.empty(), Optional.empty(), 0);
        }
    }

    /** Replaces the record in one step. */
    void write(Path file) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.writeString(next, text(broker) + "\n" + text(proxy) + "\n" + generation + "\n");
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    ProcessRecord withBroker(ProcessIdentity started) {
        return new ProcessRecord(Optional.of(started), proxy, generation);
    }

    ProcessRecord withProxy(ProcessIdentity started, int itsGeneration) {
        return new ProcessRecord(broker, Optional.of(started), itsGeneration);
    }

    ProcessRecord withoutProxy() {
        return new ProcessRecord(broker, Optional.empty(), generation);
    }

    private static Optional<ProcessIdentity> parse(String line) {
        return line.equals("-") ? Optional.empty() : Optional.of(ProcessIdentity.parse(line));
    }

    private static String text(Optional<ProcessIdentity> identity) {
        return identity.map(ProcessIdentity::text).orElse("-");
    }
}
