package dev.steppe.simulation;

import dev.steppe.simulation.bench.ConsensusBench;
import dev.steppe.simulation.bench.LanguageBench;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** What {@code ./dev bench} and {@code ./dev sim} run. */
public final class Main {
    private static final PrintStream ERR = System.err;

    private Main() {}

    /** A program with arguments. */
    private interface Program {
        void run(String[] arguments) throws Exception;
    }

    /** Runs {@code bench NAME ARGS}. */
    public static void main(String[] arguments) throws Exception {
        var benches = new TreeMap<String, Program>(Map.of("consensus", ConsensusBench::main, "language", LanguageBench::main));
        if (arguments.length >= 2 && arguments[0].equals("bench") && benches.containsKey(arguments[1])) {
            benches.get(arguments[1]).run(Arrays.copyOfRange(arguments, 2, arguments.length));
            return;
        }
        ERR.println("benchmarks: " + String.join(", ", benches.keySet()));
        System.exit(2);
    }
}
