package dev.steppe.simulation.bench;

import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.JobSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.scheduler.Plan;
import dev.steppe.scheduler.PlanCheck;
import dev.steppe.scheduler.Scheduler;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * What a placement costs: one evaluation on clusters of several sizes, every node scored, and a plan checked and applied.
 * The matrix is that of a peer's published benchmark: nodes by racks by instances, with and without spread.
 */
public final class SchedulerBench {
    private static final PrintStream OUT = System.out;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int[] NODES = {500, 1_000, 5_000, 10_000};
    private static final int[] RACKS = {25, 50, 75};
    private static final int[] INSTANCES = {50, 300, 600, 900, 1_200};
    private static final long ROUND_NANOS = 300_000_000L;

    private SchedulerBench() {}

    /** Prints a row for each cluster: processor time by number of instances, for each placement and for the whole evaluation. */
    public static void main(String[] arguments) throws IOException {
        OUT.println("one evaluation, planned, checked and applied; every node is scored; processor time; load "
                + ProcessMemory.load());
        for (boolean spread : new boolean[] {false, true}) {
            OUT.printf("%n%-10s %6s %6s", spread ? "spread" : "no spread", "nodes", "racks");
            for (int instances : INSTANCES) {
                OUT.printf(" %9d", instances);
            }
            OUT.print("  ");
            for (int instances : INSTANCES) {
                OUT.printf(" %7d", instances);
            }
            OUT.printf("%n%-10s %6s %6s %49s   %39s%n", "", "", "", "ns per placement", "ms per evaluation");
            for (int nodes : NODES) {
                for (int racks : RACKS) {
                    OUT.printf("%-10s %6d %6d", "", nodes, racks);
                    var store = fleet(nodes, racks);
                    var nanos = new long[INSTANCES.length];
                    for (int i = 0; i < nanos.length; i++) {
                        nanos[i] = measure(store, INSTANCES[i], spread);
                        OUT.printf(" %9d", nanos[i] / INSTANCES[i]);
                        OUT.flush();
                    }
                    OUT.print("  ");
                    for (long nano : nanos) {
                        OUT.printf(Locale.ROOT, " %7.1f", nano / 1e6);
                    }
                    OUT.println();
                }
            }
        }
    }

    static Store fleet(int nodes, int racks) {
        var store = new Store();
        for (int i = 0; i < nodes; i++) {
            store.apply(new Command.RegisterNode(BenchNodes.node(i, racks), List.of(), BenchNodes.NOW));
        }
        return store;
    }

    /** Processor time of one evaluation, the least of several: the rest is other programs and the compiler. */
    private static long measure(Store fleet, int instances, boolean spread) {
        var job = BenchNodes.job("bench", instances, spread);
        var registered = Store.supposing(
                fleet.snapshot(), new Command.RegisterJob(job, Optional.empty(), Optional.empty(), BenchNodes.NOW));
        long least = Long.MAX_VALUE;
        long begin = System.nanoTime();
        for (int round = 0; round < 3 || System.nanoTime() - begin < ROUND_NANOS; round++) {
            long start = THREADS.getCurrentThreadCpuTime();
            var plan = place(registered, evaluation(job, round), round);
            least = Math.min(least, THREADS.getCurrentThreadCpuTime() - start);
            if (plan.placed().size() != instances) {
                throw new IllegalStateException("placed " + plan.placed().size() + " of " + instances);
            }
        }
        return least;
    }

    private static Plan place(Snapshot snapshot, Evaluation evaluation, long seed) {
        var plan = Scheduler.plan(snapshot, evaluation, BenchNodes.NOW, new SplittableRandom(seed));
        var accepted = PlanCheck.check(snapshot, plan).accepted();
        Store.supposing(
                snapshot,
                new Command.ApplyPlan(
                        accepted.placed(), accepted.stopped(), accepted.moved(), List.of(), BenchNodes.NOW));
        return accepted;
    }

    static Evaluation evaluation(JobSpec job, long number) {
        try {
            return Codec.fromJson(
                    Evaluation.class,
                    "{\"ID\":\"%s\",\"JobID\":\"%s\",\"Type\":\"%s\",\"Priority\":50,\"TriggeredBy\":\"job-register\"}"
                            .formatted(
                                    new EvaluationId("e" + number).value(),
                                    job.id().value(),
                                    job.type().name().toLowerCase(Locale.ROOT)));
        } catch (CodecException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
