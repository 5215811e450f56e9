package dev.steppe.simulation.bench;

import dev.steppe.io.linux.Account;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.io.process.Cgroups;
import dev.steppe.io.process.Isolation;
import dev.steppe.io.process.LaunchRequest;
import dev.steppe.io.process.TaskLauncher;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

/**
 * What isolation costs at the start of a task: from the call to the task's own look at the clock, with and without a view of
 * its own, in turns, so that a busy machine is as unfair to one as to the other. Needs root.
 */
public final class ExecBench {
    private static final PrintStream OUT = System.out;
    private static final int ROUNDS = 300;
    private static final int WARM_UP = 40;
    private static final int USER = 80_000;

    private final TaskLauncher launcher;
    private final Cgroups cgroups;
    private final Path directory;

    private ExecBench(TaskLauncher launcher, Cgroups cgroups, Path directory) {
        this.launcher = launcher;
        this.cgroups = cgroups;
        this.directory = directory;
    }

    public static void main(String[] arguments) throws Exception {
        if (!LinuxCalls.isRoot()) {
            throw new IllegalStateException("isolation needs root: run the benchmark as root");
        }
        var directory = Files.createTempDirectory("steppe-exec");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        var mounts = Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                .filter(line -> !List.of(arguments).contains("version2") || line.startsWith("cgroup2 "))
                .toList();
        var cgroups =
                Cgroups.from(mounts, "steppe-bench-" + ProcessHandle.current().pid());
        try (var launcher = new TaskLauncher(Optional.of(cgroups))) {
            new ExecBench(launcher, cgroups, directory).run();
        } finally {
            cgroups.removeParent();
            try (var left = Files.walk(directory)) {
                for (Path each : left.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }

    private void run() throws Exception {
        OUT.println("machine: " + ProcessMemory.machine());
        var isolation = Optional.of(isolation());
        var plain = new ArrayList<Duration>();
        var isolated = new ArrayList<Duration>();
        for (int round = 0; round < WARM_UP + ROUNDS; round++) {
            var first = start(Optional.empty());
            var second = start(isolation);
            if (round >= WARM_UP) {
                plain.add(first);
                isolated.add(second);
            }
        }
        print("as it is (raw_exec)", plain);
        print("in a view of its own (exec)", isolated);
        OUT.printf(Locale.ROOT, "%-32s %.2f%n", "ratio of the medians", at(isolated, 50) / at(plain, 50));
    }

    private static void print(String name, List<Duration> times) {
        OUT.printf(Locale.ROOT, "%-32s p50 %.1f ms  p99 %.1f ms%n", name, at(times, 50), at(times, 99));
    }

    private static double at(List<Duration> times, int percent) {
        return times.stream()
                        .sorted()
                        .toList()
                        .get(times.size() * percent / 100)
                        .toNanos()
                / 1e6;
    }

    private Isolation isolation() throws IOException {
        var views = new ArrayList<Isolation.View>();
        for (String each : List.of("/bin", "/etc", "/lib", "/lib64", "/sbin", "/usr")) {
            if (Files.exists(Path.of(each))) {
                views.add(Isolation.View.readOnly(Path.of(each), Path.of(each)));
            }
        }
        for (String each : List.of("alloc", "local", "secrets", "tmp")) {
            views.add(Isolation.View.writable(
                    Files.createDirectories(directory.resolve(each)),
                    Path.of("/").resolve(each)));
        }
        var root = Files.createDirectories(directory.resolve("root"));
        return new Isolation(root, views, List.of(), true, true, Set.of(), true);
    }

    private Duration start(Optional<Isolation> isolation) throws Exception {
        var output = directory.resolve("stdout");
        Files.deleteIfExists(output);
        var group = cgroups.create("task", new Cgroups.Limits(100, 64 << 20, 100));
        var request = new LaunchRequest(
                List.of("/bin/date", "+%s%N"),
                new TreeMap<>(),
                Path.of("/"),
                directory.resolve("state"),
                new LaunchRequest.Output(output, directory.resolve("stderr")),
                new LaunchRequest.Confinement(
                        Optional.of(new Account("", USER, USER, Path.of("/"))),
                        Set.of(),
                        Optional.of(group),
                        NamespaceThread.Entry.none(),
                        isolation));
        var before = Instant.now();
        var process = launcher.launch(request);
        var ended = new CountDownLatch(1);
        launcher.watch(process, exit -> ended.countDown());
        ended.await();
        long nanos = Long.parseLong(Files.readString(output).trim());
        launcher.destroy(process);
        return Duration.between(before, Instant.ofEpochSecond(0, nanos));
    }
}
