package dev.steppe.simulation.bench;

import dev.steppe.model.JobSpec;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.scheduler.PlanCheck;
import dev.steppe.scheduler.Scheduler;
import dev.steppe.state.Command;
import dev.steppe.state.DeviceUse;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * How much of a cluster's GPUs is in use when arrivals have reached 100 and 130 percent of what there is, by the published
 * method of the trace: pods at random, one after the other, none leaves. Each pod is a job of its own, which is registered,
 * planned, checked and applied as on a server. Then how many machines a mix of processors and memory needs.
 */
public final class PackingBench {
    private static final PrintStream OUT = System.out;
    private static final PrintStream PROGRESS = System.err;
    private static final int SEEDS = Integer.getInteger("steppe.bench.seeds", 10);
    private static final double ARRIVALS = 1.3;
    private static final double PERCENT = 100.0;

    private PackingBench() {}

    /** Percent of GPU capacity in use, at 100 and at 130 percent of arrivals. */
    private record Row(String name, double atHundred, double atEnd) {
        void print() {
            OUT.printf(Locale.ROOT, "%-24s %8.2f %8.2f%n", name, atHundred, atEnd);
            OUT.flush();
        }
    }

    /** {@code FOLDER [LIST...]}: where the trace lies, and which of its lists of pods; all of them where none is named. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length == 0) {
            throw new IllegalArgumentException("say where the trace lies: packing FOLDER [LIST...]");
        }
        var folder = Path.of(arguments[0]);
        var named = List.of(arguments).subList(1, arguments.length);
        var machines = Trace.machines(folder);
        for (String list : named.isEmpty() ? Trace.lists(folder) : named) {
            var pods = Trace.pods(folder, list);
            OUT.printf(
                    "%n%-24s %8s %8s   percent of GPU capacity in use, mean of %d seeds%n",
                    list, "100 %", "130 %", SEEDS);
            PublishedPacking.of(list)
                    .forEach(row -> new Row(row.policy() + " (published)", row.atHundred(), row.atEnd()).print());
            mean(machines, pods, SchedulerConfiguration.DEFRAGMENT).print();
            if (!Boolean.getBoolean("steppe.bench.defragment-only")) {
                mean(machines, pods, SchedulerConfiguration.BINPACK).print();
            }
        }
        if (!Boolean.getBoolean("steppe.bench.defragment-only")) {
            Compaction.print(machines);
        }
    }

    private static Row mean(List<Trace.Machine> machines, List<Trace.Pod> pods, String algorithm) {
        // seeds know nothing of each other: each processor takes some
        var rows = IntStream.range(0, SEEDS)
                .parallel()
                .mapToObj(seed -> timed(machines, pods, algorithm, seed))
                .toList();
        return new Row(
                "steppe " + algorithm,
                rows.stream().mapToDouble(Row::atHundred).average().orElseThrow(),
                rows.stream().mapToDouble(Row::atEnd).average().orElseThrow());
    }

    private static Row timed(List<Trace.Machine> machines, List<Trace.Pod> pods, String algorithm, int seed) {
        long begin = System.nanoTime();
        var row = fill(machines, pods, algorithm, seed);
        PROGRESS.printf(
                Locale.ROOT,
                "%s, seed %d: %.2f %.2f (%d s)%n",
                algorithm,
                seed,
                row.atHundred(),
                row.atEnd(),
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
        return row;
    }

    private static Row fill(List<Trace.Machine> machines, List<Trace.Pod> pods, String algorithm, int seed) {
        double capacity = machines.stream().mapToLong(it -> it.gpus() * 1_000L).sum();
        var store = cluster(machines, algorithm);
        double arrived = 0;
        double atHundred = 0;
        int number = 0;
        for (Trace.Pod pod : Trace.arrivals(pods, capacity * ARRIVALS, seed)) {
            boolean before = arrived < capacity;
            arrived += pod.demand();
            place(store, pod.job(number), number++);
            if (before && arrived >= capacity) {
                atHundred = PERCENT * inUse(store.snapshot()) / capacity;
            }
        }
        return new Row(algorithm, atHundred, PERCENT * inUse(store.snapshot()) / capacity);
    }

    /** A cluster of these machines in which placements are decided so. */
    static Store cluster(List<Trace.Machine> machines, String algorithm) {
        var store = new Store();
        var standard = SchedulerConfiguration.standard();
        store.apply(new Command.SetSchedulerConfiguration(
                new SchedulerConfiguration(algorithm, standard.preemption(), false, false, false, 100, 0, 0),
                Optional.empty(),
                BenchNodes.NOW));
        machines.forEach(machine -> store.apply(new Command.RegisterNode(machine.node(), List.of(), BenchNodes.NOW)));
        return store;
    }

    /** Registers a job of one instance and places it; false where it fits nowhere. */
    static boolean place(Store store, JobSpec job, int number) {
        store.apply(new Command.RegisterJob(job, Optional.empty(), Optional.empty(), BenchNodes.NOW));
        var evaluation = SchedulerBench.evaluation(job, number);
        var plan = Scheduler.plan(store.snapshot(), evaluation, BenchNodes.NOW, new SplittableRandom(number));
        var accepted = PlanCheck.check(store.snapshot(), plan).accepted();
        store.apply(new Command.ApplyPlan(
                accepted.placed(), accepted.stopped(), accepted.moved(), List.of(), BenchNodes.NOW));
        return !accepted.placed().isEmpty();
    }

    /** Thousandths of devices that are held, as the state itself counts them. */
    private static long inUse(Snapshot snapshot) {
        var fleet = snapshot.fleet();
        long sum = 0;
        for (int seat = 0; seat < fleet.seats(); seat++) {
            sum += fleet.usage(seat).devices().values().stream()
                    .mapToLong(DeviceUse::held)
                    .sum();
        }
        return sum;
    }

    /** The value below which so much of all lies. */
    static int percentile(int[] values, double part) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.ceil(part * sorted.length) - 1];
    }
}
