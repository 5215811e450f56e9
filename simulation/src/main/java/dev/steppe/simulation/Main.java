package dev.steppe.simulation;

import dev.steppe.simulation.bench.ArchiveBench;
import dev.steppe.simulation.bench.ConsensusBench;
import dev.steppe.simulation.bench.CrashBench;
import dev.steppe.simulation.bench.ExecBench;
import dev.steppe.simulation.bench.LanguageBench;
import dev.steppe.simulation.bench.ManyBench;
import dev.steppe.simulation.bench.MeshBench;
import dev.steppe.simulation.bench.PackingBench;
import dev.steppe.simulation.bench.PlacedBench;
import dev.steppe.simulation.bench.ReadsBench;
import dev.steppe.simulation.bench.SchedulerBench;
import dev.steppe.simulation.bench.SoakBench;
import dev.steppe.simulation.bench.StartBench;
import dev.steppe.simulation.bench.TwoMillionBench;
import dev.steppe.simulation.bench.churn.ChurnBench;
import dev.steppe.simulation.bench.churn.IdleBench;
import dev.steppe.simulation.faults.Faults;
import dev.steppe.simulation.faults.Upgrade;
import dev.steppe.simulation.guide.Guide;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.LogManager;

/** What {@code ./dev bench}, {@code ./dev sim}, {@code ./dev faults} and {@code ./dev upgrade} run. */
public final class Main {
    private static final PrintStream OUT = System.out;
    private static final PrintStream ERR = System.err;
    private static final int SEEDS = 20;

    private Main() {}

    /** A program with arguments. */
    private interface Program {
        void run(String[] arguments) throws Exception;
    }

    /** Runs {@code bench NAME ARGS} or {@code sim [SEED] [COUNT]}. */
    public static void main(String[] arguments) throws Exception {
        var benches = new TreeMap<String, Program>(Map.ofEntries(
                Map.entry("archive", ArchiveBench::main),
                Map.entry("churn", ChurnBench::main),
                Map.entry("consensus", ConsensusBench::main),
                Map.entry("crashes", CrashBench::main),
                Map.entry("exec", ExecBench::main),
                Map.entry("idle", IdleBench::main),
                Map.entry("language", LanguageBench::main),
                Map.entry("many", ManyBench::main),
                Map.entry("mesh", MeshBench::main),
                Map.entry("packing", PackingBench::main),
                Map.entry("placed", PlacedBench::main),
                Map.entry("reads", ReadsBench::main),
                Map.entry("scheduler", SchedulerBench::main),
                Map.entry("soak", SoakBench::main),
                Map.entry("start", StartBench::main),
                Map.entry("two-million", TwoMillionBench::main)));
        if (arguments.length >= 2 && arguments[0].equals("bench") && benches.containsKey(arguments[1])) {
            benches.get(arguments[1]).run(Arrays.copyOfRange(arguments, 2, arguments.length));
        } else if (arguments.length >= 1 && arguments[0].equals("sim")) {
            long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1;
            int count = arguments.length > 2 ? Integer.parseInt(arguments[2]) : arguments.length > 1 ? 1 : SEEDS;
            simulate(seed, count);
        } else if (arguments.length >= 1 && arguments[0].equals("faults")) {
            Faults.main(Arrays.copyOfRange(arguments, 1, arguments.length));
        } else if (arguments.length == 1 && arguments[0].equals("guide")) {
            Guide.main(new String[0]);
        } else if (arguments.length == 3 && arguments[0].equals("upgrade")) {
            Upgrade.main(Arrays.copyOfRange(arguments, 1, arguments.length));
        } else {
            ERR.println(
                    "usage: faults [--quick] [WORDS] | guide | upgrade OLDER NEWER | sim [SEED] [COUNT] | bench NAME; benchmarks: "
                            + String.join(", ", benches.keySet()));
            System.exit(2);
        }
    }

    private static void simulate(long first, int count) {
        if (count > 1) {
            LogManager.getLogManager().reset();
        }
        long begin = System.nanoTime();
        int failed = 0;
        var counts = new EnumMap<Tally.What, Integer>(Tally.What.class);
        for (long seed = first; seed < first + count; seed++) {
            try {
                var outcome = Simulation.run(seed);
                outcome.counts().forEach((what, times) -> counts.merge(what, times, Integer::sum));
                OUT.printf(
                        Locale.ROOT,
                        "seed %d: %d events, %d s simulated, %d writes acknowledged, trace %x%n",
                        seed,
                        outcome.events(),
                        outcome.elapsed().toSeconds(),
                        outcome.acknowledged(),
                        outcome.trace());
            } catch (Simulation.Failed failure) {
                failed++;
                OUT.println(failure.getMessage());
                if (count == 1) {
                    failure.printStackTrace(OUT);
                }
            }
        }
        var took = Duration.ofNanos(System.nanoTime() - begin);
        OUT.println(Tally.words(counts));
        OUT.printf(
                "%d runs, %d failed, %d s, %d seeds a minute%n",
                count, failed, took.toSeconds(), count * 60_000L / Math.max(1, took.toMillis()));
        System.exit(failed == 0 ? 0 : 1);
    }
}
