package dev.steppe.simulation.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** What Linux says about processes. */
final class ProcessMemory {
    private static final int USER_TICKS_FIELD = 11;
    private static final int SYSTEM_TICKS_FIELD = 12;

    private ProcessMemory() {}

    /** The share of memory that is the process's own, as the kernel counts it; 0 when it ended. */
    static long pssKilobytes(long pid) throws IOException {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
                if (line.startsWith("Pss:")) {
                    return Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
            return 0;
        } catch (NoSuchFileException ended) {
            return 0;
        } catch (IOException ending) {
            // a process that ends while it is looked at answers with "no such process"
            if (Files.exists(Path.of("/proc/" + pid + "/cmdline"))) {
                throw ending;
            }
            return 0;
        }
    }

    /** The most physical memory that the process ever had. */
    static long mostKilobytes(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        return 0;
    }

    /** What of a Java process's heap is reachable; the process collects its garbage for it. */
    static long reachableBytes(long pid) throws IOException {
        var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        for (String line : Machine.said(List.of(jcmd, Long.toString(pid), "GC.class_histogram"))
                .lines()
                .toList()) {
            var words = line.strip().split("\\s+");
            if (words.length == 3 && words[0].equals("Total")) {
                return Long.parseLong(words[2]);
            }
        }
        throw new IOException("jcmd does not tell what process " + pid + " has in its heap");
    }

    /** Processor time the process itself used since its start. */
    static Duration cpu(long pid) throws IOException {
        var line = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
        var fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
        // the kernel reports hundredths of a second
        return Duration.ofMillis(
                10 * (Long.parseLong(fields[USER_TICKS_FIELD]) + Long.parseLong(fields[SYSTEM_TICKS_FIELD])));
    }

    /** What the kernel calls the process; empty for one that has ended. */
    static String name(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/comm")).strip();
        } catch (IOException ended) {
            return "";
        }
    }

    /** The command line, words separated by spaces; empty when it ended. */
    static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1)
                    .replace('\0', ' ')
                    .strip();
        } catch (IOException ended) {
            return "";
        }
    }

    /** "2 virtual cores, 24 GB, Linux ..., Java ...", and how busy it is. */
    static String machine() throws IOException {
        String model = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown processor");
        long memory = Files.readAllLines(Path.of("/proc/meminfo")).stream()
                .filter(line -> line.startsWith("MemTotal:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
        return Runtime.getRuntime().availableProcessors() + " virtual cores (" + model + "), " + (memory >> 20)
                + " GB, Linux " + System.getProperty("os.version") + ", Java " + Runtime.version() + ", load "
                + load();
    }

    /** The load average of the last minute. */
    static String load() throws IOException {
        return Arrays.asList(Files.readString(Path.of("/proc/loadavg")).split(" ", -1))
                .getFirst();
    }
}
