package dev.steppe.io.process;

import dev.steppe.io.linux.Account;
import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.io.linux.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

/**
 * Measures the time from a launch to the task's first instruction of its own, and the memory of reapers. Not a test: run
 * its main as root. The figures are in docs/decisions/030-task-launch.md.
 */
final class LaunchBenchmark {
    private static final int ROUNDS = 300;
    private static final int WARM_UP = 50;
    private static final int REAPERS = 50;

    private LaunchBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        var directory = Files.createTempDirectory("steppe-launch");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        var cgroups = Cgroups.detect("steppe-bench");
        try (var launcher = new TaskLauncher(Optional.of(cgroups));
                var thread = new NamespaceThread()) {
            var namespaces = new NetworkNamespaces(thread, directory.resolve("netns"));
            var namespace = namespaces.create("bench");
            var resolv = Files.writeString(directory.resolve("resolv.conf"), "nameserver 192.0.2.1\n");
            var inside = new NamespaceThread.Entry(
                    Optional.of(namespace), List.of(new NamespaceThread.Bind(resolv, Path.of("/etc/resolv.conf"))));
            var user = Account.find("nobody");
            var none = NamespaceThread.Entry.none();
            var shape = new Bench(launcher, cgroups, directory);
            shape.run("reaper only", Optional.empty(), false, none);
            shape.run("+ user", user, false, none);
            shape.run("+ cgroups", user, true, none);
            shape.run("+ network and mount namespace", user, true, inside);
            var view = Files.createDirectory(directory.resolve("root"));
            shape.isolation = Optional.of(isolation(view));
            shape.run("+ isolation", user, true, inside);
            shape.isolation = Optional.empty();
            shape.reapers(user);
            namespaces.delete("bench");
            namespaces.removeDirectory();
        }
        cgroups.removeParent();
        for (String name : List.of("resolv.conf", "stdout", "stderr", "root", "")) {
            Files.deleteIfExists(directory.resolve(name));
        }
    }

    private static Isolation isolation(Path root) {
        var views = new ArrayList<Isolation.View>();
        for (String each : List.of("/bin", "/etc", "/lib", "/lib64", "/sbin", "/usr")) {
            if (Files.exists(Path.of(each))) {
                views.add(Isolation.View.readOnly(Path.of(each), Path.of(each)));
            }
        }
        views.add(Isolation.View.writable(root.getParent(), Path.of("/local")));
        return new Isolation(root, views, List.of(), true, true, Set.of(), true);
    }

    private static final class Bench {
        private final TaskLauncher launcher;
        private final Cgroups cgroups;
        private final Path directory;
        private Optional<Isolation> isolation = Optional.empty();

        Bench(TaskLauncher launcher, Cgroups cgroups, Path directory) {
            this.launcher = launcher;
            this.cgroups = cgroups;
            this.directory = directory;
        }

        void run(String name, Optional<Account> user, boolean grouped, NamespaceThread.Entry entry) throws Exception {
            var micros = new ArrayList<Long>();
            for (int round = 0; round < WARM_UP + ROUNDS; round++) {
                Files.deleteIfExists(directory.resolve("stdout"));
                var before = Instant.now();
                var process = launch("task", List.of("/bin/date", "+%s%N"), user, grouped, entry);
                var ended = new CountDownLatch(1);
                launcher.watch(process, exit -> ended.countDown());
                ended.await();
                long at = Long.parseLong(
                        Files.readString(directory.resolve("stdout")).trim());
                var main = Instant.ofEpochSecond(at / 1_000_000_000, at % 1_000_000_000);
                if (round >= WARM_UP) {
                    micros.add(Duration.between(before, main).toNanos() / 1000);
                }
                launcher.destroy(process);
            }
            micros.sort(Long::compare);
            System.out.printf(
                    Locale.ROOT,
                    "%-32s p50 %.1f ms  p99 %.1f ms%n",
                    name,
                    micros.get(ROUNDS / 2) / 1000.0,
                    micros.get(ROUNDS * 99 / 100) / 1000.0);
        }

        void reapers(Optional<Account> user) throws Exception {
            var processes = new ArrayList<TaskProcess>();
            for (int index = 0; index < REAPERS; index++) {
                processes.add(launch(
                        "task" + index, List.of("/bin/sleep", "1000"), user, true, NamespaceThread.Entry.none()));
            }
            long kilobytes = 0;
            for (TaskProcess process : processes) {
                kilobytes += Files.readAllLines(
                                Path.of("/proc/" + process.reaper().pid() + "/smaps_rollup"))
                        .stream()
                        .filter(line -> line.startsWith("Pss:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                        .sum();
            }
            System.out.println(REAPERS + " reapers: " + kilobytes / REAPERS + " kB PSS each");
            for (TaskProcess process : processes) {
                launcher.destroy(process);
            }
        }

        private TaskProcess launch(
                String name, List<String> command, Optional<Account> user, boolean grouped, NamespaceThread.Entry entry)
                throws IOException, InterruptedException {
            Optional<TaskCgroup> group = grouped
                    ? Optional.of(cgroups.create(name, new Cgroups.Limits(100, 64 << 20, 100)))
                    : Optional.empty();
            return launcher.launch(new LaunchRequest(
                    command,
                    new TreeMap<>(),
                    Path.of("/"),
                    directory.resolve("state-" + name),
                    new LaunchRequest.Output(directory.resolve("stdout"), directory.resolve("stderr")),
                    new LaunchRequest.Confinement(user, Set.of(), group, entry, isolation)));
        }
    }
}
