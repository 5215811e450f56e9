package dev.steppe.simulation.bench;

import dev.steppe.consensus.Consensus;
import dev.steppe.consensus.ConsensusLimits;
import dev.steppe.consensus.ConsensusOptions;
import dev.steppe.consensus.Leadership;
import dev.steppe.consensus.Proposal;
import dev.steppe.consensus.RatisConsensus;
import dev.steppe.consensus.ReplicatedMachine;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The log of one member: how soon it leads, what it takes of memory, how many writes it makes durable in a second.
 * Without arguments it prints all, {@code group [FOLDER]} the log of three members (with
 * flight recordings of them in that folder); {@code start}, {@code idle} and
 * {@code member} are the child processes it starts.
 */
public final class ConsensusBench {
    private static final int COMMAND_BYTES = 256;
    private static final int CHILDREN = 7;
    private static final Duration WARM_UP = Duration.ofSeconds(3);
    private static final Duration MEASURED = Duration.ofSeconds(5);
    private static final List<String> FLAGS = List.of(
            "-XX:+UseSerialGC",
            "-Xmn8m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseCompactObjectHeaders",
            "--sun-misc-unsafe-memory-access=allow");
    private static final PrintStream OUT = System.out;

    private ConsensusBench() {}

    /** Runs the whole benchmark, or one child's part. */
    public static void main(String[] arguments) throws Exception {
        var directory = Files.createTempDirectory("steppe-bench-consensus");
        try {
            switch (arguments.length == 0 ? "all" : arguments[0]) {
                case "all" -> all(directory);
                case "group" ->
                    group(directory, arguments.length > 1 ? Optional.of(Path.of(arguments[1])) : Optional.empty());
                case "member" ->
                    GroupMember.run(
                            arguments[1],
                            Integer.parseInt(arguments[2]),
                            Path.of(arguments[3]),
                            arguments[4].equals("found"));
                case "start" -> startOnce(directory);
                case "idle" -> OUT.println("0 0 " + memory());
                default ->
                    throw new IllegalArgumentException("unknown part: " + arguments[0] + "; known: group, start, idle");
            }
        } finally {
            remove(directory);
        }
    }

    private static void all(Path directory) throws Exception {
        OUT.printf(
                "machine: %d cores, Java %s, flags of children %s%n",
                Runtime.getRuntime().availableProcessors(), Runtime.version(), String.join(" ", FLAGS));
        children();
        warmStarts(directory);
        for (int writers : new int[] {1, 64, 512}) {
            writes(directory, writers, ConsensusLimits.defaults());
        }
        for (int entries : new int[] {1, 4, 8}) {
            writes(directory, 64, ConsensusLimits.defaults().withEntriesInFlight(entries));
        }
        group(directory, Optional.empty());
    }

    private static void group(Path directory, Optional<Path> recordings) throws Exception {
        OUT.println("load of the machine before: "
                + Files.readString(Path.of("/proc/loadavg")).strip());
        try (var bench = new GroupBench(directory.resolve("group"), recordings)) {
            bench.run();
        }
        OUT.println("load of the machine after: "
                + Files.readString(Path.of("/proc/loadavg")).strip());
    }

    /** How a load went, in one line. */
    static String line(String what, int writers, Load load, Duration measured, long entries) {
        return String.format(
                Locale.ROOT,
                "%4d writers, %s: %7d commits/s, p50 %.2f ms, p99 %.2f ms, %.1f commands per entry",
                writers,
                what,
                load.count() / measured.toSeconds(),
                load.percentile(50),
                load.percentile(99),
                (double) load.count() / Math.max(1, entries));
    }

    private static void children() throws Exception {
        long[] exec = new long[CHILDREN];
        long[] construct = new long[CHILDREN];
        long[] rss = new long[CHILDREN];
        long[] heap = new long[CHILDREN];
        for (int i = 0; i < CHILDREN; i++) {
            var with = child("start");
            var without = child("idle");
            exec[i] = with[0];
            construct[i] = with[1];
            rss[i] = with[2] - without[2];
            heap[i] = with[3] - without[3];
        }
        OUT.printf(
                "cold start: JVM exec to leader %d ms, start() to leader %d ms (medians of %d)%n",
                median(exec), median(construct), CHILDREN);
        OUT.printf(
                "memory: +%d KiB PSS, of that +%d KiB live heap, over a JVM without it%n", median(rss), median(heap));
    }

    private static long[] child(String part) throws Exception {
        var command = new java.util.ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ConsensusBench.class.getName(), part));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("child " + part + " failed: " + output);
        }
        return Arrays.stream(output.strip().split(" "))
                .mapToLong(Long::parseLong)
                .toArray();
    }

    private static void startOnce(Path directory) throws Exception {
        long begin = System.nanoTime();
        try (var consensus = RatisConsensus.start(ConsensusOptions.alone(directory), new Counter())) {
            awaitLeader(consensus);
            long leading = System.nanoTime();
            long sinceExec = System.currentTimeMillis()
                    - ProcessHandle.current()
                            .info()
                            .startInstant()
                            .orElseThrow()
                            .toEpochMilli();
            OUT.println(sinceExec + " " + (leading - begin) / 1_000_000 + " " + memory());
        }
    }

    /** PSS and live heap, in KiB. */
    private static String memory() throws IOException {
        System.gc();
        long pss = Files.readAllLines(Path.of("/proc/self/smaps_rollup")).stream()
                .filter(line -> line.startsWith("Pss:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
        var runtime = Runtime.getRuntime();
        return pss + " " + (runtime.totalMemory() - runtime.freeMemory()) / 1024;
    }

    private static void warmStarts(Path directory) throws Exception {
        long[] millis = new long[CHILDREN];
        for (int i = -2; i < CHILDREN; i++) {
            long begin = System.nanoTime();
            try (var consensus =
                    RatisConsensus.start(ConsensusOptions.alone(directory.resolve("warm" + i)), new Counter())) {
                awaitLeader(consensus);
                if (i >= 0) {
                    millis[i] = (System.nanoTime() - begin) / 1_000_000;
                }
            }
        }
        OUT.printf("warm start: start() to leader %d ms (median of %d)%n", median(millis), CHILDREN);
    }

    private static void writes(Path parent, int writers, ConsensusLimits limits) throws Exception {
        var directory = parent.resolve("writes" + writers + "-" + limits.entriesInFlight());
        try (var consensus =
                RatisConsensus.start(ConsensusOptions.alone(directory).withLimits(limits), new Counter())) {
            awaitLeader(consensus);
            var load = new Load(consensus, COMMAND_BYTES);
            for (int i = 0; i < writers; i++) {
                load.next();
            }
            Thread.sleep(WARM_UP);
            long entriesBefore = consensus.status().lastEntryIndex();
            load.measure();
            Thread.sleep(MEASURED);
            load.stop(writers);
            long entries = consensus.status().lastEntryIndex() - entriesBefore;
            OUT.println(line(limits.entriesInFlight() + " entries in flight", writers, load, MEASURED, entries));
        }
        remove(directory);
    }

    private static void awaitLeader(Consensus consensus) throws InterruptedException {
        var leading = new CountDownLatch(1);
        consensus.onLeadership(part -> {
            if (part instanceof Leadership.Leading) {
                leading.countDown();
            }
        });
        if (!leading.await(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("no leader after 30 s: " + consensus.status());
        }
    }

    private static long median(long[] values) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static void remove(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Writers that each propose the next command when the last one is acknowledged. */
    static final class Load {
        private static final int SAMPLES = 1 << 20;

        private final Consensus consensus;
        private final int bytes;
        private final long[] nanos = new long[SAMPLES];
        private final AtomicInteger measured = new AtomicInteger();
        private final AtomicLong idle = new AtomicLong();
        private volatile boolean measuring;
        private volatile boolean stopping;

        Load(Consensus consensus, int bytes) {
            this.consensus = consensus;
            this.bytes = bytes;
        }

        void next() {
            long begin = System.nanoTime();
            consensus.propose(new byte[bytes], outcome -> {
                if (!(outcome instanceof Proposal.Applied)) {
                    throw new IllegalStateException("write failed: " + outcome);
                }
                if (measuring) {
                    nanos[measured.getAndIncrement() & (SAMPLES - 1)] = System.nanoTime() - begin;
                }
                if (stopping) {
                    idle.incrementAndGet();
                } else {
                    next();
                }
            });
        }

        void measure() {
            measuring = true;
        }

        void stop(int writers) throws InterruptedException {
            measuring = false;
            stopping = true;
            while (idle.get() < writers) {
                Thread.sleep(1);
            }
        }

        long count() {
            return measured.get();
        }

        double percentile(int percent) {
            var sorted = Arrays.copyOf(nanos, Math.min(SAMPLES, measured.get()));
            Arrays.sort(sorted);
            return sorted[(sorted.length - 1) * percent / 100] / 1e6;
        }
    }

    /** A state that only counts, so that the log itself is measured. */
    static final class Counter implements ReplicatedMachine {
        @Override
        public Object apply(long index, byte[] command) {
            return index;
        }

        @Override
        public Capture capture() {
            return out -> out.write(0);
        }

        @Override
        public void restore(InputStream in) throws IOException {
            in.readAllBytes();
        }
    }
}
