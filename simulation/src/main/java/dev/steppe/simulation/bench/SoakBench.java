package dev.steppe.simulation.bench;

import dev.steppe.io.linux.LinuxCalls;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Whether anything is left after many short allocations on a durable agent: {@code soak [COUNT]}. Plain, isolated, with a
 * network of their own, templates and checks in turns. Fails when something is left. Needs root.
 */
public final class SoakBench {
    private static final PrintStream OUT = System.out;
    private static final int COUNT = 1_000;
    private static final int WARM_UP = 100;
    private static final int JOBS_IN_WAVE = 20;
    private static final int ALLOCATIONS_OF_JOB = 5;
    private static final int WAVE = JOBS_IN_WAVE * ALLOCATIONS_OF_JOB;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Connections come and go a little; one descriptor for each allocation would be hundreds. */
    private static final long DESCRIPTORS_SLACK = 8;

    private static final double MEGABYTE = 1 << 20;
    private static final long REACHABLE_GROWTH_MAX = 40 << 20;
    private static final long PSS_GROWTH_KILOBYTES_MAX = 160 << 10;

    private SoakBench() {}

    public static void main(String[] arguments) throws Exception {
        if (!LinuxCalls.isRoot()) {
            throw new IllegalStateException("namespaces and isolation need root: run the soak as root");
        }
        int count = arguments.length == 0 ? COUNT : Integer.parseInt(arguments[0]);
        OUT.println("machine: " + ProcessMemory.machine());
        List<String> left;
        try (var agent = BenchAgent.durable()) {
            agent.start();
            left = run(agent, count);
        }
        left.forEach(line -> OUT.println("LEFT: " + line));
        OUT.println(left.isEmpty() ? "nothing is left" : left.size() + " kinds of things are left");
        System.exit(left.isEmpty() ? 0 : 1);
    }

    private static List<String> run(BenchAgent agent, int count) throws IOException, InterruptedException {
        // the first allocations load classes and make what stays: the bridge, its rules, the first threads
        allocations(agent, "warm", WARM_UP);
        var before = settled(agent, Map.of());
        long pssBefore = ProcessMemory.pssKilobytes(agent.pid());
        long begun = System.nanoTime();
        var cpuBefore = ProcessMemory.cpu(agent.pid());
        int done = 0;
        var reached = new ArrayList<Long>();
        while (done < count) {
            done += allocations(agent, "wave-" + done, Math.min(WAVE, count - done));
            // What users may still ask for is no leak: the servers forget it as they would in the course of hours.
            agent.collectGarbage();
            reached.add(ProcessMemory.reachableBytes(agent.pid()));
            OUT.printf(
                    Locale.ROOT,
                    "%5d allocations, %3d s, reachable %.1f MB, PSS %d MB, load %s%n",
                    done,
                    Duration.ofNanos(System.nanoTime() - begun).toSeconds(),
                    reached.getLast() / MEGABYTE,
                    ProcessMemory.pssKilobytes(agent.pid()) >> 10,
                    ProcessMemory.load());
        }
        var cpu = ProcessMemory.cpu(agent.pid()).minus(cpuBefore);
        var after = settled(agent, before);
        long pssAfter = ProcessMemory.pssKilobytes(agent.pid());
        OUT.printf(Locale.ROOT, "processor time of the agent: %.1f ms an allocation%n", (double) cpu.toMillis() / done);
        OUT.printf(Locale.ROOT, "%-30s %8s %8s%n", "", "before", "after");
        after.forEach((kind, number) -> OUT.printf(Locale.ROOT, "%-30s %8d %8d%n", kind, before.get(kind), number));
        OUT.printf(Locale.ROOT, "%-30s %8d %8d%n", "PSS of the agent, MB", pssBefore >> 10, pssAfter >> 10);
        var left = more(before, after);
        growth(reached).ifPresent(left::add);
        if (pssAfter - pssBefore > PSS_GROWTH_KILOBYTES_MAX) {
            left.add("PSS grew by " + (pssAfter - pssBefore >> 10) + " MB");
        }
        return left;
    }

    /**
     * What the last waves kept reachable beyond the ones before, when that is more than caches explain. The replicated log
     * keeps its youngest segments in memory, up to a bound that thousands of allocations reach.
     */
    private static Optional<String> growth(List<Long> reached) {
        long grown = reached.getLast() - reached.getFirst();
        return grown > REACHABLE_GROWTH_MAX
                ? Optional.of(String.format(Locale.ROOT, "reachable memory grew by %.1f MB", grown / MEGABYTE))
                : Optional.empty();
    }

    /** Runs that many allocations to their ends. */
    private static int allocations(BenchAgent agent, String name, int count) throws IOException, InterruptedException {
        int started = 0;
        for (int i = 0; started < count; i++) {
            int size = Math.min(ALLOCATIONS_OF_JOB, count - started);
            agent.register(job(name + "-" + i, i, size));
            started += size;
        }
        int expected = started;
        agent.awaitSampled("ends of " + name, "/v1/allocations", body -> {
            if (body.contains("\"ClientStatus\":\"failed\"")) {
                throw new IllegalStateException("an allocation failed: " + body);
            }
            return ended(body, name) == expected;
        });
        return started;
    }

    private static int ended(String body, String name) {
        int count = 0;
        for (String part : body.split("\"EvalID\":", -1)) {
            if (part.contains("\"JobID\":\"" + name + "-") && part.contains("\"ClientStatus\":\"complete\"")) {
                count++;
            }
        }
        return count;
    }

    /** Collects garbage and looks until there is not more than before, or patience ends. */
    private static Map<String, Long> settled(BenchAgent agent, Map<String, Long> before)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        agent.collectGarbage();
        while (true) {
            var now = Machine.look(agent);
            boolean settled = before.isEmpty()
                    ? Machine.OF_ALLOCATIONS.stream().allMatch(kind -> now.getOrDefault(kind, 0L) == 0)
                    : more(before, now).isEmpty();
            if (settled || System.nanoTime() > deadline) {
                return now;
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    private static List<String> more(Map<String, Long> before, Map<String, Long> after) {
        var more = new ArrayList<String>();
        after.forEach((kind, number) -> {
            long slack = kind.equals(Machine.DESCRIPTORS) ? DESCRIPTORS_SLACK : 0;
            long allowed = Machine.OF_ALLOCATIONS.contains(kind) ? 0 : before.getOrDefault(kind, 0L) + slack;
            if (number > allowed) {
                more.add(kind + ": " + before.get(kind) + " before, " + number + " after");
            }
        });
        return more;
    }

    /** Four kinds in turns. */
    private static String job(String name, int kind, int count) {
        return switch (kind % 4) {
            case 0 -> job(name, count, "", "raw_exec", "true", "");
            case 1 -> job(name, count, CHECKED, "raw_exec", "grep -q $NOMAD_ALLOC_ID local/own", TEMPLATE);
            case 2 -> job(name, count, BRIDGED, "exec", "grep -q $NOMAD_ALLOC_ID local/own", TEMPLATE);
            default -> job(name, count, BRIDGED + CHECKED, "exec", "sleep 0.2", "");
        };
    }

    private static final String BRIDGED =
            "\"Networks\":[{\"Mode\":\"bridge\",\"DynamicPorts\":[{\"Label\":\"p\",\"To\":80}]}],";
    private static final String CHECKED = """
            "Services":[{"Name":"soak","Provider":"nomad","PortLabel":"9",
             "Checks":[{"Type":"tcp","Interval":1000000000,"Timeout":1000000000}]}],""";
    private static final String TEMPLATE = """
            "Templates":[{"EmbeddedTmpl":"{{ env \\"NOMAD_ALLOC_ID\\" }}\\n","DestPath":"local/own"}],""";

    private static String job(String name, int count, String group, String driver, String script, String task) {
        return """
            {"ID":"%s","Name":"%s","Type":"batch","Datacenters":["*"],"TaskGroups":[{"Name":"g","Count":%d,%s"Tasks":[{"Name":"t",
             "Driver":"%s",%s"Config":{"command":"/bin/sh","args":["-c","%s"]},"Resources":{"CPU":1,"MemoryMB":10}}]}]}
            """.formatted(name, name, count, group, driver, task, script);
    }
}
