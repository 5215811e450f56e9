package dev.steppe.simulation.bench;

import dev.steppe.model.SchedulerConfiguration;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Predicate;

/**
 * Cell compaction: how few of the trace's machines without GPUs are enough for a mix of tasks, machines being taken away at
 * random until not all tasks fit any more. The same input is packed by the real scheduler, which scores every node, and by the
 * better of two feasible nodes drawn at random.
 */
final class Compaction {
    private static final PrintStream OUT = System.out;
    private static final int SEEDS = 11;
    private static final double PERCENTILE = 0.9;
    private static final int TASKS = 3_500;

    private Compaction() {}

    static void print(List<Trace.Machine> machines) {
        var plain = machines.stream().filter(it -> it.gpus() == 0).toList();
        var sampled = new int[SEEDS];
        var binpack = new int[SEEDS];
        var defragment = new int[SEEDS];
        for (int seed = 0; seed < SEEDS; seed++) {
            var random = new Random(seed);
            var order = new ArrayList<>(plain);
            Collections.shuffle(order, random);
            var tasks = tasks(random);
            long draws = random.nextLong();
            sampled[seed] = fewest(order, some -> fitsSampled(some, tasks, new Random(draws)));
            binpack[seed] = fewest(order, some -> fits(some, tasks, SchedulerConfiguration.BINPACK));
            defragment[seed] = fewest(order, some -> fits(some, tasks, SchedulerConfiguration.DEFRAGMENT));
        }
        OUT.printf(
                "%nmachines of %d for %d tasks, %d seeds%15s %16s%n",
                plain.size(), TASKS, SEEDS, "median", "90th percentile");
        row("the better of two random feasible nodes", sampled);
        row("steppe binpack, every node scored", binpack);
        row("steppe defragment, every node scored", defragment);
    }

    private static void row(String name, int[] machines) {
        OUT.printf(
                Locale.ROOT,
                "%-46s %12d %16d%n",
                name,
                PackingBench.percentile(machines, 0.5),
                PackingBench.percentile(machines, PERCENTILE));
    }

    /** Of all sizes between a quarter of a processor and 16, and between 1 and 90 GB, each doubling as frequent; unrelated. */
    private static List<Trace.Pod> tasks(Random random) {
        var tasks = new ArrayList<Trace.Pod>();
        for (int i = 0; i < TASKS; i++) {
            int cpu = (int) (250 * Math.pow(2, random.nextDouble() * 6));
            int memory = (int) (1_024 * Math.pow(2, random.nextDouble() * 6.5));
            tasks.add(new Trace.Pod(cpu, memory, 0, 0, ""));
        }
        return tasks;
    }

    /** How many of the machines, in their order, are needed; a number that is enough stays enough with more of them. */
    private static int fewest(List<Trace.Machine> order, Predicate<List<Trace.Machine>> fits) {
        int tooFew = 0;
        int enough = order.size();
        while (enough - tooFew > 1) {
            int middle = (tooFew + enough) / 2;
            if (fits.test(order.subList(0, middle))) {
                enough = middle;
            } else {
                tooFew = middle;
            }
        }
        return enough;
    }

    private static boolean fits(List<Trace.Machine> machines, List<Trace.Pod> tasks, String algorithm) {
        if (!couldFit(machines, tasks)) {
            return false;
        }
        var store = PackingBench.cluster(machines, algorithm);
        for (int i = 0; i < tasks.size(); i++) {
            if (!PackingBench.place(store, tasks.get(i).job(i), i)) {
                return false;
            }
        }
        return true;
    }

    /** Not when there is less in all than is asked for in all. */
    private static boolean couldFit(List<Trace.Machine> machines, List<Trace.Pod> tasks) {
        return machines.stream().mapToLong(Trace.Machine::cpu).sum()
                        >= tasks.stream().mapToLong(Trace.Pod::cpu).sum()
                && machines.stream().mapToLong(Trace.Machine::memory).sum()
                        >= tasks.stream().mapToLong(Trace.Pod::memory).sum();
    }

    /** The same by the better of two, with the same formula of best fit. */
    private static boolean fitsSampled(List<Trace.Machine> machines, List<Trace.Pod> tasks, Random random) {
        var cpu = machines.stream().mapToInt(Trace.Machine::cpu).toArray();
        var memory = machines.stream().mapToInt(Trace.Machine::memory).toArray();
        for (Trace.Pod task : tasks) {
            var feasible = new ArrayList<Integer>();
            for (int i = 0; i < cpu.length; i++) {
                if (cpu[i] >= task.cpu() && memory[i] >= task.memory()) {
                    feasible.add(i);
                }
            }
            if (feasible.isEmpty()) {
                return false;
            }
            int one = feasible.remove(random.nextInt(feasible.size()));
            int other = feasible.isEmpty() ? one : feasible.get(random.nextInt(feasible.size()));
            int best = emptiness(machines.get(one), cpu[one], memory[one], task)
                            <= emptiness(machines.get(other), cpu[other], memory[other], task)
                    ? one
                    : other;
            cpu[best] -= task.cpu();
            memory[best] -= task.memory();
        }
        return true;
    }

    private static double emptiness(Trace.Machine machine, int cpu, int memory, Trace.Pod task) {
        return Math.pow(10, (double) (cpu - task.cpu()) / machine.cpu())
                + Math.pow(10, (double) (memory - task.memory()) / machine.memory());
    }
}
