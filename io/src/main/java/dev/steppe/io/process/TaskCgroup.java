package dev.steppe.io.process;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.Signal;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/** The control group of one task: one directory per hierarchy. An empty list means the task has none. */
public record TaskCgroup(List<Path> directories) {
    private static final Duration EMPTY_DEADLINE = Duration.ofSeconds(5);
    private static final Duration EMPTY_STEP = Duration.ofMillis(1);

    public TaskCgroup {
        directories = List.copyOf(directories);
    }

    /** All processes in the group, also those that left the task's session. */
    public List<Long> processes() throws IOException {
        var pids = new TreeSet<Long>();
        for (Path directory : directories) {
            for (String line : lines(directory.resolve("cgroup.procs"))) {
                pids.add(Long.parseLong(line));
            }
        }
        return List.copyOf(pids);
    }

    /** Kills everything in the group and waits until nothing is left, at most five seconds. */
    public void killAll() throws IOException {
        boolean atOnce = false;
        for (Path directory : directories) {
            atOnce |= Files.exists(directory.resolve("cgroup.kill"));
            writeIfExists(directory.resolve("cgroup.kill"), "1");
        }
        if (!atOnce) {
            // Nothing can be started there any more, so that killing one by one comes to an end.
            writeIfPresent("pids.max", 0);
        }
        long deadlineNanos = System.nanoTime() + EMPTY_DEADLINE.toNanos();
        for (List<Long> left = processes(); !left.isEmpty(); left = processes()) {
            if (System.nanoTime() > deadlineNanos) {
                throw new IOException("processes " + left + " of " + directories + " do not die within "
                        + EMPTY_DEADLINE.toSeconds() + " s: they wait for a device or a network file system (state D)");
            }
            for (long pid : left) {
                killIfPresent(pid);
            }
            LockSupport.parkNanos(EMPTY_STEP.toNanos());
        }
    }

    /** What the kernel did when memory ran out: the limit, the most that was used, and how many processes it killed. */
    public record OutOfMemory(long limitBytes, long peakBytes, long kills) {}

    /** Empty when memory never ran out. */
    public Optional<OutOfMemory> outOfMemory() throws IOException {
        long kills = Math.max(
                counter("memory.events", "oom_kill").orElse(0),
                counter("memory.oom_control", "oom_kill").orElse(0));
        if (kills == 0) {
            return Optional.empty();
        }
        var limit = number("memory.limit_in_bytes");
        var peak = number("memory.max_usage_in_bytes");
        long limitBytes = (limit.isPresent() ? limit : number("memory.max")).orElse(0);
        // Before Linux 5.19 version 2 does not tell the peak; it was at the limit.
        long peakBytes = (peak.isPresent() ? peak : number("memory.peak")).orElse(limitBytes);
        return Optional.of(new OutOfMemory(limitBytes, peakBytes, kills));
    }

    /** What the group used and uses; empty when no hierarchy tells. */
    public Optional<ProcessUsage> usage() throws IOException {
        var cpuNanos = number("cpuacct.usage");
        if (cpuNanos.isEmpty()) {
            var micros = counter("cpu.stat", "usage_usec");
            cpuNanos = micros.isPresent() ? OptionalLong.of(micros.getAsLong() * 1000) : micros;
        }
        var memory = number("memory.usage_in_bytes");
        memory = memory.isPresent() ? memory : number("memory.current");
        if (cpuNanos.isEmpty() || memory.isEmpty()) {
            return Optional.empty();
        }
        var peak = number("memory.max_usage_in_bytes");
        peak = peak.isPresent() ? peak : number("memory.peak");
        var pids = number("pids.current");
        return Optional.of(new ProcessUsage(
                Duration.ofNanos(cpuNanos.getAsLong()),
                memory.getAsLong(),
                peak.orElse(memory.getAsLong()),
                (int) pids.orElse(processes().size()),
                either(counter("memory.stat", "total_rss"), counter("memory.stat", "anon")),
                either(counter("memory.stat", "total_cache"), counter("memory.stat", "file")),
                counter("cpu.stat", "nr_throttled").orElse(0),
                throttled()));
    }

    private Duration throttled() throws IOException {
        var nanos = counter("cpu.stat", "throttled_time");
        return nanos.isPresent()
                ? Duration.ofNanos(nanos.getAsLong())
                : Duration.ofNanos(counter("cpu.stat", "throttled_usec").orElse(0) * 1000);
    }

    private static long either(OptionalLong version1, OptionalLong version2) {
        return version1.isPresent() ? version1.getAsLong() : version2.orElse(0);
    }

    /** Removes the group; it must hold no process. Idempotent. */
    public void remove() throws IOException {
        for (Path directory : directories) {
            removeWhenEmpty(directory);
        }
    }

    /** A process that just ended may hold the group for a moment longer. */
    static void removeWhenEmpty(Path directory) throws IOException {
        long deadlineNanos = System.nanoTime() + EMPTY_DEADLINE.toNanos();
        while (true) {
            try {
                Files.deleteIfExists(directory);
                return;
            } catch (DirectoryNotEmptyException inUse) {
                throw inUse;
            } catch (IOException busy) {
                if (!lines(directory.resolve("cgroup.procs")).isEmpty() || System.nanoTime() > deadlineNanos) {
                    throw busy;
                }
            }
            LockSupport.parkNanos(EMPTY_STEP.toNanos());
        }
    }

    void writeIfPresent(String file, long value) throws IOException {
        writeTextIfPresent(file, Long.toString(value));
    }

    void writeTextIfPresent(String file, String value) throws IOException {
        for (Path directory : directories) {
            writeIfExists(directory.resolve(file), value);
        }
    }

    private static void writeIfExists(Path file, String value) throws IOException {
        if (Files.exists(file)) {
            Files.writeString(file, value);
        }
    }

    private static void killIfPresent(long pid) throws IOException {
        try {
            LinuxCalls.signal(pid, Signal.SIGKILL);
        } catch (dev.steppe.io.linux.LinuxException refused) {
            if (refused.errno() != dev.steppe.io.linux.Errno.ESRCH) {
                throw refused;
            }
        }
    }

    /** The number in the file of that name in whichever hierarchy has one. */
    OptionalLong number(String file) throws IOException {
        for (Path directory : directories) {
            var found = lines(directory.resolve(file));
            if (!found.isEmpty() && !found.getFirst().equals("max")) {
                return OptionalLong.of(Long.parseLong(found.getFirst().trim()));
            }
        }
        return OptionalLong.empty();
    }

    private OptionalLong counter(String file, String key) throws IOException {
        for (Path directory : directories) {
            for (String line : lines(directory.resolve(file))) {
                if (line.startsWith(key + " ")) {
                    return OptionalLong.of(Long.parseLong(line.substring(key.length() + 1)));
                }
            }
        }
        return OptionalLong.empty();
    }

    private static List<String> lines(Path file) throws IOException {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException absent) {
            return List.of();
        } catch (IOException vanishing) {
            if (!Files.exists(file)) {
                return List.of();
            }
            throw vanishing;
        }
    }
}
