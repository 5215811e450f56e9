package dev.steppe.simulation.bench.churn;

import dev.steppe.model.EvaluationStatus;
import dev.steppe.simulation.bench.BenchNodes;
import dev.steppe.state.Event;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.logging.LogManager;

/**
 * The server's own part of how long a small job waits on an idle cluster: from the request to the evaluation that is complete,
 * with what loop, planning and applying really take, and 2 ms for each of the two writes to the disk. What HTTP and a replicated
 * log add is measured by the benchmark {@code placed}.
 */
public final class IdleBench {
    private static final PrintStream OUT = System.out;
    private static final int WARM_UP = 200;
    private static final Duration START = Duration.ofSeconds(40);
    private static final Duration BEGIN = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final ChurnCluster cluster;
    private final List<Duration> waits = new ArrayList<>();
    private final int jobs;
    private int begun;
    private Duration since = Duration.ZERO;

    private IdleBench(int nodes, int jobs) {
        this.jobs = jobs;
        cluster = new ChurnCluster(nodes, 1, this::happened);
        cluster.start(START);
    }

    /** Arguments: nodes (10000), jobs (500). */
    public static void main(String[] arguments) {
        LogManager.getLogManager().reset();
        int nodes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000;
        int jobs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 500;
        new IdleBench(nodes, jobs).run(nodes);
    }

    private void run(int nodes) {
        cluster.time().after(BEGIN, "user", this::submit);
        place(WARM_UP);
        waits.clear();
        var before = cluster.busy();
        place(jobs);
        var busy = cluster.busy().since(before);
        Collections.sort(waits);
        OUT.printf(
                Locale.ROOT,
                "%d nodes, %d small jobs one after the other: p50 %.2f ms, p99 %.2f ms, of which 4 ms are the disk%n",
                nodes,
                jobs,
                millis(waits.get(jobs / 2)),
                millis(waits.get(jobs * 99 / 100)));
        OUT.printf(
                Locale.ROOT,
                "processor time for each: loop %.2f ms (heartbeats among it), planning %.2f ms, applying %.2f ms%n",
                millis(busy.loop()) / jobs,
                millis(busy.planning()) / jobs,
                millis(busy.applying()) / jobs);
    }

    private void place(int many) {
        while (waits.size() < many) {
            cluster.time().step();
        }
    }

    private static double millis(Duration time) {
        return time.toNanos() / 1e6;
    }

    private void submit() {
        since = cluster.time().elapsed();
        cluster.register(BenchNodes.job("small-" + begun++, 1, false));
    }

    private void happened(Event event) {
        if (event instanceof Event.EvaluationChanged changed
                && changed.evaluation().status() == EvaluationStatus.COMPLETE) {
            if (!changed.evaluation().failedGroups().isEmpty()) {
                throw new IllegalStateException(
                        "not placed: " + changed.evaluation().failedGroups());
            }
            waits.add(cluster.time().elapsed().minus(since));
            cluster.time().after(PAUSE, "user", this::submit);
        }
    }
}
