package dev.steppe.client.node;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What a machine uses: its processors since an earlier look, memory, the disk of the allocations, and how long it has been
 * up. Memory and disk in bytes.
 */
public record HostUsage(Memory memory, List<Processor> processors, Disk allocationDisk, Duration uptime) {
    private static final String TOTAL = "cpu";
    private static final int USER = 1;
    private static final int SYSTEM = 3;
    private static final int IDLE = 4;
    private static final int WAITING = 5;

    public HostUsage {
        processors = List.copyOf(processors);
    }

    /** {@code available} is what programs may still get; {@code free} is what nothing uses, not even as a cache. */
    public record Memory(long total, long available, long free) {
        public long used() {
            return total - available;
        }
    }

    /** A processor, with what it did in percent of its time. */
    public record Processor(String name, double user, double system, double idle) {}

    /** The file system a directory is on. */
    public record Disk(String device, String mountPoint, long size, long available) {
        public long used() {
            return size - available;
        }

        public double usedPercent() {
            return size == 0 ? 0 : 100.0 * used() / size;
        }
    }

    /** The time the processors have spent so far, in the kernel's ticks; two of them make a rate. */
    public record Ticks(TreeMap<String, long[]> byProcessor) {
        public static Ticks now() throws IOException {
            var ticks = new TreeMap<String, long[]>();
            for (String line : Files.readAllLines(Path.of("/proc/stat"))) {
                var words = line.split("\\s+", -1);
                if (words[0].startsWith(TOTAL) && words.length > WAITING) {
                    ticks.put(words[0], times(words));
                }
            }
            return new Ticks(ticks);
        }

        private static long[] times(String[] words) {
            var times = new long[words.length];
            for (int index = 1; index < words.length; index++) {
                times[index] = words[index].isEmpty() ? 0 : Long.parseLong(words[index]);
            }
            return times;
        }
    }

    /** Looks at the machine, and at what its processors did since the earlier look. Blocking. */
    public static HostUsage take(Ticks earlier, Path allocations) throws IOException {
        return new HostUsage(readMemory(), processors(earlier, Ticks.now()), disk(allocations), readUptime());
    }

    private static List<Processor> processors(Ticks earlier, Ticks now) {
        var processors = new ArrayList<Processor>();
        now.byProcessor().forEach((name, after) -> {
            var before = earlier.byProcessor().getOrDefault(name, after);
            var spent = new double[after.length];
            double all = 0;
            // The last two count again what is in the first two: time of guests.
            for (int index = USER; index < Math.min(after.length, 9); index++) {
                spent[index] = after[index] - (index < before.length ? before[index] : 0);
                all += spent[index];
            }
            if (!name.equals(TOTAL)) {
                double percent = all == 0 ? 0 : 100 / all;
                processors.add(new Processor(
                        name,
                        (spent[USER] + spent[USER + 1]) * percent,
                        spent[SYSTEM] * percent,
                        all == 0 ? 100 : (spent[IDLE] + spent[WAITING]) * percent));
            }
        });
        return processors;
    }

    private static Memory readMemory() throws IOException {
        var bytes = new TreeMap<String, Long>();
        for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
            var digits = line.replaceAll("[^0-9]", "");
            if (line.endsWith(" kB") && !digits.isEmpty()) {
                bytes.put(line.substring(0, line.indexOf(':')), Long.parseLong(line.split("\\s+", -1)[1]) * 1024);
            }
        }
        long free = bytes.getOrDefault("MemFree", 0L);
        return new Memory(bytes.getOrDefault("MemTotal", 0L), bytes.getOrDefault("MemAvailable", free), free);
    }

    private static Disk disk(Path directory) throws IOException {
        FileStore store = Files.getFileStore(directory);
        var text = store.toString();
        int bracket = text.lastIndexOf(" (");
        return new Disk(
                store.name(),
                bracket > 0 ? text.substring(0, bracket) : "/",
                store.getTotalSpace(),
                store.getUsableSpace());
    }

    private static Duration readUptime() throws IOException {
        var words = Files.readAllLines(Path.of("/proc/uptime")).getFirst().split(" ", -1);
        return Duration.ofMillis(Math.round(Double.parseDouble(words[0]) * 1000));
    }
}
