package dev.steppe.simulation.bench;

import dev.steppe.model.JobSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * How long a small job waits on an idle cluster: from the first byte of its submission to the answer that its evaluation is
 * complete, over HTTP on a kept connection, with the log on disk; with one server and with three. First in processes that
 * have just started, then in the same ones after some thousand jobs. Servers have their heaps from the start.
 */
public final class PlacedBench {
    private static final PrintStream OUT = System.out;
    private static final int RACKS = 50;
    private static final int HEAP_MEGABYTES = 2_048;
    /** The compiler takes five thousand runs of a method before it makes the best of it, and wants the same processors. */
    private static final int WARM_UP = Integer.getInteger("steppe.bench.warm", 10_000);
    /** Between two jobs, so that nothing of the one before is still under way. */
    private static final long PAUSE_NANOS = 20_000_000;

    private PlacedBench() {}

    /** Arguments: nodes (10000), jobs that are measured (500), numbers of servers (1 3). */
    public static void main(String[] arguments) throws Exception {
        int nodes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000;
        int jobs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 500;
        var servers = arguments.length > 2
                ? Arrays.stream(arguments).skip(2).mapToInt(Integer::parseInt).toArray()
                : new int[] {1, 3};
        OUT.printf(
                "submit to placed, %d nodes, %d jobs of one instance, aim p50 4 ms and p99 15 ms; load %s%n",
                nodes, jobs, ProcessMemory.load());
        OUT.printf(
                "%-8s %-14s %8s %8s %8s %8s %22s%n",
                "servers", "after", "p50", "p90", "p99", "max", "leader's processor ms");
        for (int count : servers) {
            measure(count, nodes, jobs);
        }
        OUT.println("load " + ProcessMemory.load());
    }

    private static void measure(int count, int nodes, int jobs) throws Exception {
        try (var servers = BenchServers.startWithOwnHeaps(count, HEAP_MEGABYTES);
                var fleet = BenchFleet.join(servers.token("server"), nodes, RACKS);
                var client = new KeptConnection(servers.all().getFirst().port())) {
            row(servers, client, jobs, "the start");
            for (int job = 0; job < WARM_UP; job++) {
                place(client, submission("warm-" + job));
            }
            row(servers, client, jobs, WARM_UP + jobs + " jobs");
            if (fleet.lost() > 0) {
                OUT.printf("streams of nodes that broke: %d%n", fleet.lost());
            }
        }
    }

    private static void row(BenchServers servers, KeptConnection client, int jobs, String after)
            throws IOException, CodecException {
        long leader = servers.all().getFirst().process().pid();
        var busy = ProcessMemory.cpu(leader);
        var nanos = new long[jobs];
        for (int job = 0; job < jobs; job++) {
            byte[] submission = submission("small-" + job + "-after-" + after.replace(' ', '-'));
            LockSupport.parkNanos(PAUSE_NANOS);
            long begun = System.nanoTime();
            place(client, submission);
            nanos[job] = System.nanoTime() - begun;
        }
        var used = ProcessMemory.cpu(leader).minus(busy);
        Arrays.sort(nanos);
        OUT.printf(
                Locale.ROOT,
                "%-8d %-14s %8.1f %8.1f %8.1f %8.1f %22.1f%n",
                servers.all().size(),
                after,
                millis(nanos, 0.5),
                millis(nanos, 0.9),
                millis(nanos, 0.99),
                millis(nanos, 1),
                (double) used.toMillis() / jobs);
    }

    private static double millis(long[] sorted, double part) {
        return sorted[(int) Math.ceil(part * sorted.length) - 1]
                / (double) Duration.ofMillis(1).toNanos();
    }

    private static byte[] submission(String name) {
        JobSpec job = BenchNodes.job(name, 1, false);
        return KeptConnection.request("PUT", "/v1/jobs", "{\"Job\":" + Codec.toJson(job) + "}");
    }

    /** Submits a job of one instance and waits until its evaluation is complete. */
    private static void place(KeptConnection client, byte[] submission) throws IOException, CodecException {
        var answer = client.ask(submission);
        if (answer.status() != 200) {
            throw new IOException("a job is refused: " + answer.body());
        }
        var written = (Map<?, ?>) Codec.fromJson(Object.class, answer.body());
        var path = "/v1/evaluation/" + written.get("EvalID");
        var index = String.valueOf(written.get("EvalCreateIndex"));
        while (true) {
            var seen = client.ask(KeptConnection.request("GET", path + "?stale&wait=10s&index=" + index, ""));
            if (seen.body().contains("\"Status\":\"complete\"")) {
                if (seen.body().contains("\"FailedTGAllocs\":{\"")) {
                    throw new IOException("not placed: " + seen.body());
                }
                return;
            }
            index = seen.headers().getOrDefault("x-nomad-index", index);
        }
    }
}
