package dev.steppe.simulation.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Processor time of threads: of another process as the kernel counts it, of this one by their names. */
final class ThreadTimes {
    private static final int SHOWN = 8;

    private ThreadTimes() {}

    /** What a process spent on its work, without the compiler of its JVM, whose share falls with every second it runs. */
    static Duration withoutCompiler(long process) {
        long nanos = 0;
        try (var tasks = Files.newDirectoryStream(Path.of("/proc/" + process + "/task"))) {
            for (var task : tasks) {
                nanos += nanos(task);
            }
        } catch (IOException ended) {
            throw new UncheckedIOException(ended);
        }
        return Duration.ofNanos(nanos);
    }

    private static long nanos(Path task) throws IOException {
        try {
            if (Files.readString(task.resolve("comm")).matches("(?s)C[12] Compiler.*")) {
                return 0;
            }
            return Long.parseLong(Files.readString(task.resolve("schedstat")).split(" ", 2)[0]);
        } catch (NoSuchFileException ended) {
            return 0;
        }
    }

    /** The time of each thread of this process so far, by its name. */
    static Map<String, Long> now() {
        var threads = ManagementFactory.getThreadMXBean();
        var times = new TreeMap<String, Long>();
        for (var thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null) {
                long nanos = threads.getThreadCpuTime(thread.getThreadId());
                times.merge(role(thread.getThreadName()), Math.max(0, nanos), Long::sum);
            }
        }
        return times;
    }

    /** Names without what tells one member, group or pool thread from another. */
    private static String role(String name) {
        return name.replaceAll("[a-z]@group-[0-9A-F]+-(>[a-z]-)?", "")
                .replaceAll("consensus-[a-z]/", "")
                .replaceAll("[0-9]+", "")
                .replaceAll("-[abc]\\b", "");
    }

    /** How the time since then is distributed, the most first. */
    static String since(Map<String, Long> before) {
        var grown = new TreeMap<String, Long>();
        now().forEach((name, nanos) -> grown.put(name, nanos - before.getOrDefault(name, 0L)));
        long all =
                Math.max(1, grown.values().stream().mapToLong(Long::longValue).sum());
        return grown.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
                .limit(SHOWN)
                .map(it -> String.format(Locale.ROOT, "%s %d %%", it.getKey(), 100 * it.getValue() / all))
                .collect(Collectors.joining(", "));
    }
}
