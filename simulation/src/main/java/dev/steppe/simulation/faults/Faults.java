package dev.steppe.simulation.faults;

import dev.steppe.io.linux.LinuxCalls;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * {@code ./dev faults [--quick] [WORDS]}: three servers and three clients, one fault after another, and after each whether
 * anything that was acknowledged is lost, answers agree with one order, and the tasks are the same processes. Words choose
 * the faults whose names have one of them.
 */
public final class Faults {
    private static final PrintStream OUT = System.out;
    private static final int REPEATS = 5;
    private static final Duration AWAY = Duration.ofMinutes(10);
    private static final Duration AWAY_QUICK = Duration.ofSeconds(20);
    private static final int TOLD_AT_MOST = 10;

    private final RealCluster cluster;
    private final Writers writers;
    private final List<Duration> failOvers = new ArrayList<>();
    private final Set<String> told = new HashSet<>();
    private int passed;
    private int failed;
    private int skipped;

    private Faults(RealCluster cluster, Writers writers) {
        this.cluster = cluster;
        this.writers = writers;
    }

    public static void main(String[] arguments) throws Exception {
        if (!LinuxCalls.isRoot()) {
            throw new IllegalStateException("network namespaces need root: run it as root");
        }
        var words = new ArrayList<>(List.of(arguments));
        boolean quick = words.remove("--quick");
        var faults = Fault.all(quick ? 1 : REPEATS, quick ? AWAY_QUICK : AWAY).stream()
                .filter(fault -> words.isEmpty() || words.stream().anyMatch(fault.name()::contains))
                .toList();
        var directory = Files.createTempDirectory("steppe-faults-");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        boolean good;
        try (var cluster = new RealCluster(directory)) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> closeQuietly(cluster)));
            good = run(cluster, faults);
            if (!good) {
                OUT.println("the agents' logs are in " + directory);
            }
        }
        if (good) {
            remove(directory);
        }
        System.exit(good ? 0 : 1);
    }

    /** Somebody does not want to wait for the end. */
    private static void closeQuietly(RealCluster cluster) {
        try {
            cluster.close();
        } catch (IOException left) {
            OUT.println("something stays on the machine: " + left.getMessage());
        }
    }

    private static void remove(Path directory) throws IOException {
        Commands.run("rm", "-rf", "--one-file-system", directory.toString());
    }

    private static boolean run(RealCluster cluster, List<Fault> faults) throws InterruptedException {
        long begun = System.nanoTime();
        try {
            cluster.form();
            cluster.startTasks();
            var through = new ArrayList<>(cluster.servers());
            through.add(cluster.clients().getFirst());
            try (var writers = new Writers(through, 1)) {
                OUT.printf(
                        Locale.ROOT,
                        "three servers, three clients, %d tasks after %d s%n",
                        cluster.taskCount(),
                        seconds(begun));
                var run = new Faults(cluster, writers);
                return run.all(faults, begun);
            }
        } catch (IOException broken) {
            OUT.println("FAILED: " + broken.getMessage());
            return false;
        }
    }

    private static long seconds(long since) {
        return Duration.ofNanos(System.nanoTime() - since).toSeconds();
    }

    private boolean all(List<Fault> faults, long begun) throws InterruptedException {
        for (var fault : faults) {
            try {
                one(fault);
            } catch (IOException broken) {
                failed++;
                OUT.println(fault.name() + ": FAILED: " + broken.getMessage());
                break;
            }
        }
        failOvers.sort(Duration::compareTo);
        OUT.println(writers.counts());
        OUT.printf(
                Locale.ROOT,
                "faults: %d passed, %d failed, %d skipped; fail-over p50 %s, most %s (%d); %d s%n",
                passed,
                failed,
                skipped,
                failOvers.isEmpty() ? "none" : text(failOvers.get(failOvers.size() / 2)),
                failOvers.isEmpty() ? "none" : text(failOvers.getLast()),
                failOvers.size(),
                seconds(begun));
        return failed == 0;
    }

    private static String text(Duration duration) {
        return String.format(Locale.ROOT, "%.2f s", duration.toMillis() / 1e3);
    }

    private void one(Fault fault) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        var hit = fault.strike().hit(cluster);
        if (hit.agents().isEmpty()) {
            skipped++;
            OUT.println(fault.name() + ": skipped, this kernel cannot do it");
            return;
        }
        Duration accepted;
        if (fault.stopsAll()) {
            TimeUnit.NANOSECONDS.sleep(fault.hold().toNanos());
            hit.mend().mend();
            accepted = writers.untilAccepted(cluster.servers());
        } else {
            accepted = writers.untilAccepted(cluster.servers());
            TimeUnit.NANOSECONDS.sleep(fault.hold().toNanos());
            hit.mend().mend();
        }
        if (fault.changesLeader()) {
            failOvers.add(accepted);
        }
        cluster.awaitHealthy();
        cluster.runShortJob(cluster.servers().get(passed % RealCluster.COUNT));
        var wrong = new ArrayList<>(writers.contradictions(cluster.servers()));
        wrong.addAll(cluster.changedTasks());
        wrong.removeIf(line -> !told.add(line));
        OUT.printf(
                Locale.ROOT,
                "%s (%s): first write %s after %s; %s; %d acknowledged; %d s%n",
                fault.name(),
                hit.agents().size() > 1
                        ? hit.agents().size() + " agents"
                        : hit.agents().getFirst(),
                text(accepted),
                fault.stopsAll() ? "the start" : "it",
                wrong.isEmpty() ? "nothing lost, one order, same tasks" : wrong.size() + " WRONG",
                writers.acknowledged(),
                seconds(begun));
        wrong.stream().limit(TOLD_AT_MOST).forEach(line -> OUT.println("  WRONG: " + line));
        if (wrong.isEmpty()) {
            passed++;
        } else {
            failed++;
        }
    }
}
