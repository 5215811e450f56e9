package dev.steppe.simulation.bench;

import dev.steppe.consensus.Consensus;
import dev.steppe.consensus.ConsensusOptions;
import dev.steppe.consensus.RatisConsensus;
import dev.steppe.io.ThreadLoop;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.server.Machine;
import dev.steppe.server.Reply;
import dev.steppe.server.Server;
import dev.steppe.simulation.SimulatedRootKeys;
import dev.steppe.state.Event;
import dev.steppe.state.Store;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.LogManager;

/**
 * Placements on more nodes than one machine can hold connections of: the real server, planner, store and replicated log (one
 * member, on this disk, each entry forced) in one process, with nodes that register, are told what to run and say that they live
 * through the server's own sessions, without sockets between.
 */
public final class ManyBench {
    private static final PrintStream OUT = System.out;
    private static final int RACKS = 50;
    private static final int JOINING_MAX = 512;
    private static final long PAUSE_NANOS = 5_000_000;
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    /** Whoever is late since all share two processors is not lost. */
    private static final Server.Heartbeat PATIENT =
            new Server.Heartbeat(Duration.ofSeconds(5), Duration.ofMinutes(10), 1_000, Duration.ofMinutes(10));

    private final Store store = new Store();
    private final Semaphore complete = new Semaphore(0);
    private final AtomicReference<String> problem = new AtomicReference<>("");

    private ManyBench() {
        store.listen((after, events) -> events.forEach(this::happened));
    }

    /** Arguments: nodes (10000), jobs (200), tasks of each (1000), small jobs afterwards (500). */
    public static void main(String[] arguments) throws Exception {
        LogManager.getLogManager().reset();
        int nodes = number(arguments, 0, 10_000);
        int jobs = number(arguments, 1, 200);
        int tasks = number(arguments, 2, 1_000);
        int small = number(arguments, 3, 500);
        OUT.printf(
                "%d nodes, aim 20,000 placements/s with 10,000 and 5,000/s with 100,000; load %s%n",
                nodes, ProcessMemory.load());
        Path directory = Files.createTempDirectory("steppe-bench-many-");
        try {
            new ManyBench().run(directory, nodes, jobs, tasks, small);
        } finally {
            remove(directory);
        }
        OUT.println("load " + ProcessMemory.load());
    }

    private static int number(String[] arguments, int position, int otherwise) {
        return arguments.length > position ? Integer.parseInt(arguments[position]) : otherwise;
    }

    private void run(Path directory, int nodes, int jobs, int tasks, int small) throws Exception {
        try (var loop = new ThreadLoop("server");
                var nodeLoop = new ThreadLoop("nodes");
                Consensus log = RatisConsensus.start(ConsensusOptions.alone(directory), new Machine(store))) {
            var streams = new NearNodes(nodeLoop, loop);
            var standard = Server.Options.standard("dc1", true);
            var options = new Server.Options(
                    standard.datacenter(),
                    standard.allowByDefault(),
                    PATIENT,
                    standard.retention(),
                    standard.agents(),
                    standard.initial());
            try (var server =
                    new Server(options, loop, store, log, streams, new SimulatedRootKeys(), new SecureRandom())) {
                join(streams, nodes);
                large(server, jobs, tasks);
                small(server, small);
                OUT.printf(
                        "assignments that reached the nodes: %d, streams that ended: %d, heap in use %d MB%n",
                        streams.assigned(),
                        streams.lost(),
                        Runtime.getRuntime().totalMemory()
                                        - Runtime.getRuntime().freeMemory()
                                >> 20);
            }
        }
    }

    private void join(NearNodes streams, int nodes) throws IOException {
        long begun = System.nanoTime();
        while (store.snapshot().activeRoot().isEmpty()) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        for (int i = 0; i < nodes; i++) {
            while (i - streams.welcome() >= JOINING_MAX) {
                LockSupport.parkNanos(PAUSE_NANOS / 50);
            }
            streams.join(BenchNodes.node(i, RACKS));
        }
        while (streams.welcome() < nodes) {
            LockSupport.parkNanos(PAUSE_NANOS);
            if (System.nanoTime() - begun > PATIENCE.toNanos()) {
                throw new IOException("only " + streams.welcome() + " nodes are in");
            }
        }
        OUT.printf(Locale.ROOT, "registered in %.1f s%n", seconds(begun));
    }

    /** All jobs at once; the second half tells what a program does that has run for a while. */
    private void large(Server server, int jobs, int tasks) throws Exception {
        long pid = ProcessHandle.current().pid();
        var busy = ProcessMemory.cpu(pid);
        long begun = System.nanoTime();
        for (int job = 0; job < jobs; job++) {
            register(server, "many-" + job, tasks);
        }
        await(jobs / 2);
        double half = seconds(begun);
        await(jobs - jobs / 2);
        double all = seconds(begun);
        var used = ProcessMemory.cpu(pid).minus(busy);
        long placements = (long) jobs * tasks;
        OUT.printf(
                Locale.ROOT,
                "%d jobs of %d: %.1f s, placements/s %.0f, in the second half %.0f; processor time of it all %.1f us each%n",
                jobs,
                tasks,
                all,
                placements / all,
                (long) (jobs - jobs / 2) * tasks / (all - half),
                used.toNanos() / 1e3 / placements);
        long placed = 0;
        for (var _ : store.snapshot().allocations()) {
            placed++;
        }
        if (placed != placements) {
            throw new IOException(placed + " allocations are there, not " + placements);
        }
    }

    /** One small job after the other, with a little rest between. */
    private void small(Server server, int jobs) throws Exception {
        if (jobs == 0) {
            return;
        }
        var nanos = new long[jobs];
        for (int job = 0; job < jobs; job++) {
            LockSupport.parkNanos(4 * PAUSE_NANOS);
            long begun = System.nanoTime();
            register(server, "small-" + job, 1);
            await(1);
            nanos[job] = System.nanoTime() - begun;
        }
        Arrays.sort(nanos);
        OUT.printf(
                Locale.ROOT,
                "%d jobs of one task, one after the other, from the request to the complete evaluation: p50 %.2f ms, p99 %.2f ms%n",
                jobs,
                nanos[jobs / 2] / 1e6,
                nanos[jobs * 99 / 100] / 1e6);
    }

    private static double seconds(long begun) {
        return (System.nanoTime() - begun) / 1e9;
    }

    private void register(Server server, String name, int tasks) {
        server.jobs().register(BenchNodes.job(name, tasks, false), Optional.empty(), reply -> {
            if (reply instanceof Reply.Refused<?> refused) {
                problem.set(refused.refusal().message());
            }
        });
    }

    private void happened(Event event) {
        if (event instanceof Event.EvaluationChanged(Evaluation evaluation)) {
            boolean failed = evaluation.status() == EvaluationStatus.FAILED
                    || !evaluation.failedGroups().isEmpty();
            if (failed) {
                problem.set(evaluation.jobId() + " is not placed: " + evaluation.statusDescription()
                        + evaluation.failedGroups().keySet());
            } else if (evaluation.status() == EvaluationStatus.COMPLETE) {
                complete.release();
            }
        }
    }

    private void await(int evaluations) throws IOException, InterruptedException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!complete.tryAcquire(evaluations, 1, TimeUnit.SECONDS)) {
            if (!problem.get().isEmpty() || System.nanoTime() > until) {
                throw new IOException("not placed in time: " + problem.get());
            }
        }
    }

    private static void remove(Path directory) throws IOException {
        try (var paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
