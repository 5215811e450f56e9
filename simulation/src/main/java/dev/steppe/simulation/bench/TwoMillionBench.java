package dev.steppe.simulation.bench;

import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/**
 * Two million placements on 6,100 nodes, as a peer's record has it: jobs of a thousand tasks each, three servers with their logs
 * on disk, nodes over mutual TLS that run nothing. Ends with placements in a second, from the first submission to the last
 * evaluation that is complete on the leader; then every allocation is read from every server.
 */
public final class TwoMillionBench {
    private static final PrintStream OUT = System.out;
    private static final int SUBMITTERS = 4;
    private static final long LOOK_NANOS = 20_000_000;

    private TwoMillionBench() {}

    private record Size(int jobs, int tasks, int nodes, int servers, int heapMegabytes) {}

    /** Arguments: jobs (2000), tasks of each (1000), nodes (6100), servers (3), megabytes of heap of each (3072). */
    public static void main(String[] arguments) throws Exception {
        var size = new Size(
                number(arguments, 0, 2_000),
                number(arguments, 1, 1_000),
                number(arguments, 2, 6_100),
                number(arguments, 3, 3),
                number(arguments, 4, 3_072));
        try (var servers = BenchServers.startWithOwnHeaps(size.servers, size.heapMegabytes);
                var fleet = BenchFleet.join(servers.token("server"), size.nodes, 50)) {
            OUT.printf("%d servers, %d nodes are in%n", size.servers, size.nodes);
            double seconds = place(servers, size);
            servers.all().forEach(server -> memory(server));
            long wanted = (long) size.jobs * size.tasks;
            read(servers, size);
            OUT.printf("assignments that reached the nodes: %d, streams lost: %d%n", fleet.assigned(), fleet.lost());
            OUT.printf("time: %.1f s for %d placements%n", seconds, wanted);
            OUT.printf("placements/s: %.0f%n", wanted / seconds);
        }
    }

    private static int number(String[] arguments, int position, int otherwise) {
        return arguments.length > position ? Integer.parseInt(arguments[position]) : otherwise;
    }

    private static String name(int job) {
        return "million-" + job;
    }

    /** Submits all jobs and waits until each is placed; in seconds. */
    private static double place(BenchServers servers, Size size) throws Exception {
        long begun = System.nanoTime();
        long[] busy = processorMillis(servers);
        try (var threads = Executors.newFixedThreadPool(SUBMITTERS)) {
            var evaluations = new ArrayList<Future<String>>();
            for (int job = 0; job < size.jobs; job++) {
                int number = job;
                evaluations.add(threads.submit(() -> submit(servers, name(number), size.tasks)));
            }
            int done = 0;
            for (Future<String> evaluation : evaluations) {
                awaitPlaced(servers, evaluation);
                if (++done % Math.max(1, size.jobs / 20) == 0) {
                    OUT.printf(
                            "%5.1f s: %d jobs placed%n",
                            Duration.ofNanos(System.nanoTime() - begun).toMillis() / 1e3, done);
                }
            }
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        long[] after = processorMillis(servers);
        for (int i = 0; i < busy.length; i++) {
            OUT.printf("server %d used %.1f s of processor time%n", i, (after[i] - busy[i]) / 1e3);
        }
        return seconds;
    }

    private static long[] processorMillis(BenchServers servers) throws IOException {
        long[] millis = new long[servers.all().size()];
        for (int i = 0; i < millis.length; i++) {
            millis[i] = ProcessMemory.cpu(servers.all().get(i).process().pid()).toMillis();
        }
        return millis;
    }

    private static String submit(BenchServers servers, String name, int tasks)
            throws IOException, InterruptedException, CodecException {
        var answer = servers.post(
                servers.all().getFirst(),
                "/v1/jobs",
                "{\"Job\":" + Codec.toJson(BenchNodes.job(name, tasks, false)) + "}");
        if (answer.statusCode() != 200) {
            throw new IOException("job " + name + " is refused: " + answer.body());
        }
        return String.valueOf(((Map<?, ?>) Codec.fromJson(Object.class, answer.body())).get("EvalID"));
    }

    private static void awaitPlaced(BenchServers servers, Future<String> evaluation)
            throws IOException, InterruptedException, ExecutionException {
        while (true) {
            var answer = servers.get(servers.all().getFirst(), "/v1/evaluation/" + evaluation.get());
            if (answer.body().contains("\"Status\":\"complete\"")) {
                if (answer.body().contains("\"FailedTGAllocs\":{\"")) {
                    throw new IOException("not all could be placed: " + answer.body());
                }
                return;
            }
            if (answer.body().contains("\"Status\":\"failed\"")) {
                throw new IOException("an evaluation failed: " + answer.body());
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private static void memory(BenchServers.Server server) {
        try {
            long pid = server.process().pid();
            OUT.printf(
                    "server at port %d: %d MB reachable, %d MB of memory in all%n",
                    server.port(), ProcessMemory.reachableBytes(pid) >> 20, ProcessMemory.pssKilobytes(pid) >> 10);
        } catch (IOException gone) {
            OUT.println("server at port " + server.port() + ": " + gone.getMessage());
        }
    }

    /** Reads every job's allocations from every server. */
    private static void read(BenchServers servers, Size size) throws IOException, InterruptedException {
        for (BenchServers.Server server : servers.all()) {
            long begun = System.nanoTime();
            long found = 0;
            for (int job = 0; job < size.jobs; job++) {
                var body = servers.get(server, "/v1/job/" + name(job) + "/allocations?stale")
                        .body();
                found += count(body);
            }
            OUT.printf(
                    "server at port %d answers with %d allocations (%.1f s)%n",
                    server.port(), found, (System.nanoTime() - begun) / 1e9);
            if (found != (long) size.jobs * size.tasks) {
                throw new IOException("allocations are missing on the server at port " + server.port());
            }
        }
    }

    private static long count(String body) {
        String mark = "\"ClientStatus\":";
        long count = 0;
        for (int at = body.indexOf(mark); at >= 0; at = body.indexOf(mark, at + mark.length())) {
            count++;
        }
        return count;
    }
}
