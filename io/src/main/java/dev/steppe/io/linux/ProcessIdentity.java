package dev.steppe.io.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One process and no other: the pid alone is reused, pid and start time repeat after a reboot, so the boot id belongs
 * to it.
 */
public record ProcessIdentity(long pid, long startTicks, String bootId) {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    public ProcessIdentity {
        if (pid <= 0 || startTicks < 0 || bootId.isBlank()) {
            throw new IllegalArgumentException("not a process: pid=" + pid + " start=" + startTicks);
        }
    }

    /** Reads who has the pid now; empty when nobody has. */
    public static Optional<ProcessIdentity> of(long pid) throws IOException {
        var stat = ProcessStat.read(pid);
        return stat.isEmpty()
                ? Optional.empty()
                : Optional.of(new ProcessIdentity(pid, stat.get().startTicks(), currentBootId()));
    }

    /** The id of this boot of the machine. */
    public static String currentBootId() throws IOException {
        return Files.readString(BOOT_ID).trim();
    }

    /** True while this very process exists and has not ended (a zombie has ended). */
    public boolean isAlive() throws IOException {
        if (!bootId.equals(currentBootId())) {
            return false;
        }
        var stat = ProcessStat.read(pid);
        return stat.isPresent()
                && stat.get().startTicks() == startTicks
                && stat.get().state() != 'Z';
    }

    /** One line of text, read back by {@link #parse}. */
    public String text() {
        return pid + ":" + startTicks + ":" + bootId;
    }

    /** Reads what {@link #text} wrote. */
    public static ProcessIdentity parse(String text) {
        var parts = List.of(text.split(":", 3));
        if (parts.size() != 3) {
            throw new IllegalArgumentException("not a process identity: " + text);
        }
        return new ProcessIdentity(Long.parseLong(parts.get(0)), Long.parseLong(parts.get(1)), parts.get(2));
    }

    /** What /proc/pid/stat says about a process. */
    public record ProcessStat(long pid, char state, long parent, long group, long session, long startTicks) {

        /** Empty when no process has the pid. */
        public static Optional<ProcessStat> read(long pid) throws IOException {
            try {
                return Optional.of(parse(
                        Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1)));
            } catch (NoSuchFileException gone) {
                return Optional.empty();
            } catch (IOException vanished) {
                if (!Files.exists(Path.of("/proc", Long.toString(pid)))) {
                    return Optional.empty();
                }
                throw vanished;
            }
        }

        /** Reads one line of /proc/pid/stat; the program's name in it may hold anything, so it is cut at the last bracket. */
        public static ProcessStat parse(String line) {
            int open = line.indexOf('(');
            int close = line.lastIndexOf(')');
            if (open < 0 || close < open) {
                throw new IllegalArgumentException("not a stat line: " + line);
            }
            var rest = line.substring(close + 2).trim().split(" ", -1);
            return new ProcessStat(
                    Long.parseLong(line.substring(0, open).trim()),
                    rest[0].charAt(0),
                    Long.parseLong(rest[1]),
                    Long.parseLong(rest[2]),
                    Long.parseLong(rest[3]),
                    Long.parseLong(rest[19]));
        }
    }
}
