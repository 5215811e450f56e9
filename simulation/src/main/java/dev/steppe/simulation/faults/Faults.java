package dev.steppe.simulation.faults;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.simulation.hosts.Commands;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * {@code ./dev faults [--quick] [WORDS]}: three servers and three clients, one fault after another, and after each whether
 * anything that was acknowledged is lost, answers agree with one order, and the tasks are the same processes. Words choose
 * the faults whose names have one of them.
 */
public final class Faults {
    private static final PrintStream OUT = System.out;
    private static final int TOLD_AT_MOST = 10;

    private final RealCluster cluster;
    private final Writers writers;
    private final TreeMap<String, List<Duration>> failOvers = new TreeMap<>();
    private final Proof proof;
    private int passed;
    private int failed;
    private int skipped;

    private Faults(RealCluster cluster, Writers writers) {
        this.cluster = cluster;
        this.writers = writers;
        this.proof = new Proof(cluster, writers);
    }

    public static void main(String[] arguments) throws Exception {
        if (!LinuxCalls.isRoot()) {
            throw new IllegalStateException("network namespaces need root: run it as root");
        }
        var words = new ArrayList<>(List.of(arguments));
        boolean quick = words.remove("--quick");
        var plan = quick ? Fault.Plan.quick() : Fault.Plan.whole();
        var faults = Fault.all(plan).stream()
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
        OUT.println(writers.counts());
        failOvers.forEach((name, times) -> OUT.println(name + ": fail-over " + times(times)));
        var all = failOvers.values().stream().flatMap(List::stream).toList();
        OUT.printf(
                Locale.ROOT,
                "faults: %d passed, %d failed, %d skipped; fail-over %s; %d s%n",
                passed,
                failed,
                skipped,
                times(all),
                seconds(begun));
        return failed == 0;
    }

    private static String times(List<Duration> times) {
        if (times.isEmpty()) {
            return "not measured";
        }
        var sorted = times.stream().sorted().toList();
        return "p50 " + text(sorted.get(sorted.size() / 2)) + ", most " + text(sorted.getLast()) + " (" + sorted.size()
                + ")";
    }

    private static String text(Duration duration) {
        return String.format(Locale.ROOT, "%.2f s", duration.toMillis() / 1e3);
    }

    private void one(Fault fault) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        var hit = fault.strike().hit(cluster);
        if (hit.agents().isEmpty()) {
            skipped++;
            OUT.println(fault.name() + ": skipped, " + hit.impossible());
            return;
        }
        var accepted = lasting(fault, hit);
        if (fault.kind() == Fault.Kind.CHANGES_LEADER) {
            failOvers.computeIfAbsent(fault.name(), name -> new ArrayList<>()).add(accepted);
        }
        cluster.awaitHealthy();
        var tasks = "same tasks";
        if (fault.kind() == Fault.Kind.STOPS_EVERYTHING) {
            tasks = "all tasks run again, " + cluster.awaitTasksAgain() + " in the allocation they were in";
        }
        var wrong = proof.wrong();
        OUT.printf(
                Locale.ROOT,
                "%s (%s): first write %s after %s; %s; %d acknowledged; %d s%n",
                fault.name(),
                hit.agents().size() > 1
                        ? hit.agents().size() + " agents"
                        : hit.agents().getFirst(),
                text(accepted),
                stopsServers(fault) ? "the start" : "it",
                wrong.isEmpty() ? "nothing lost, one order, " + tasks : wrong.size() + " WRONG",
                writers.acknowledged(),
                seconds(begun));
        wrong.stream().limit(TOLD_AT_MOST).forEach(line -> OUT.println("  WRONG: " + line));
        if (wrong.isEmpty()) {
            passed++;
        } else {
            failed++;
        }
    }

    private static boolean stopsServers(Fault fault) {
        return fault.kind() == Fault.Kind.STOPS_SERVERS || fault.kind() == Fault.Kind.STOPS_EVERYTHING;
    }

    /** Lets it last and mends it; how long it took until a write was accepted. */
    private Duration lasting(Fault fault, Fault.Hit hit) throws IOException, InterruptedException {
        var accepted = Optional.<Duration>empty();
        if (!stopsServers(fault)) {
            accepted = Optional.of(writers.untilAccepted(cluster.servers()));
        }
        TimeUnit.NANOSECONDS.sleep(fault.hold().toNanos());
        hit.mend().mend();
        return accepted.isPresent() ? accepted.get() : writers.untilAccepted(cluster.servers());
    }
}
