package dev.steppe.simulation.bench.churn;

import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.JobSpec;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.server.Reply;
import dev.steppe.server.Server;
import dev.steppe.simulation.SimulatedRootKeys;
import dev.steppe.simulation.VirtualTime;
import dev.steppe.state.Event;
import dev.steppe.state.Store;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.logging.LogManager;

/**
 * The server's own part of how long a small job waits on an idle cluster: from the request to the evaluation that is complete,
 * with what loop, planning and applying really take, and 2 ms for each of the two writes to the disk. What HTTP and a replicated
 * log add is measured by the benchmark {@code placed}.
 */
public final class IdleBench {
    private static final PrintStream OUT = System.out;
    private static final int WARM_UP = 200;
    private static final Duration BEGIN = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final VirtualTime time = new VirtualTime(1);
    private final SplittableRandom random = time.split();
    private final Store store = new Store();
    private final ChargedLoop loop = new ChargedLoop(time);
    private final ChargedLog log = new ChargedLog(time, store);
    private final Server server;
    private final List<Duration> waits = new ArrayList<>();
    private final int jobs;
    private int begun;
    private Duration since = Duration.ZERO;

    private IdleBench(int nodes, int jobs) {
        this.jobs = jobs;
        var network = new ChurnNetwork(time, loop);
        store.listen((after, events) -> events.forEach(this::happened));
        server = new Server(
                Server.Options.standard("dc1", true),
                loop,
                store,
                log,
                network,
                new SimulatedRootKeys(),
                new SecureRandom());
        for (int i = 0; i < nodes; i++) {
            var node = new ChurnNode(time, network, node(i));
            time.after(Duration.ofMillis(random.nextInt(40_000)), "start", node::start);
        }
    }

    /** Arguments: nodes (10000), jobs (500). */
    public static void main(String[] arguments) {
        LogManager.getLogManager().reset();
        int nodes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000;
        int jobs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 500;
        new IdleBench(nodes, jobs).run(nodes);
    }

    private void run(int nodes) {
        time.after(BEGIN, "user", this::submit);
        while (waits.size() < WARM_UP) {
            time.step();
        }
        waits.clear();
        var loopBefore = loop.loopBusy();
        var workBefore = loop.workBusy();
        var applyBefore = log.busy();
        while (waits.size() < jobs) {
            time.step();
        }
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
                millis(loop.loopBusy().minus(loopBefore)) / jobs,
                millis(loop.workBusy().minus(workBefore)) / jobs,
                millis(log.busy().minus(applyBefore)) / jobs);
    }

    private static double millis(Duration time) {
        return time.toNanos() / 1e6;
    }

    private void submit() {
        since = time.elapsed();
        server.jobs().register(job(begun++), Optional.empty(), reply -> {
            if (reply instanceof Reply.Refused<?> refused) {
                throw new IllegalStateException(refused.refusal().message());
            }
        });
    }

    private void happened(Event event) {
        if (event instanceof Event.EvaluationChanged changed
                && changed.evaluation().status() == EvaluationStatus.COMPLETE) {
            if (!changed.evaluation().failedGroups().isEmpty()) {
                throw new IllegalStateException(
                        "not placed: " + changed.evaluation().failedGroups());
            }
            waits.add(time.elapsed().minus(since));
            time.after(PAUSE, "user", this::submit);
        }
    }

    private static JobSpec job(int number) {
        return read(JobSpec.class, """
                {"ID":"small-%d","Type":"batch","Datacenters":["dc1"],"TaskGroups":[{"Name":"g","Count":1,
                 "Tasks":[{"Name":"t","Driver":"raw_exec","Config":{"command":"/bin/true"},
                  "Resources":{"CPU":20,"MemoryMB":64}}]}]}""".formatted(number));
    }

    private static NodeSpec node(int number) {
        return read(
                NodeSpec.class, """
                {"ID":"%08x-0000-4000-8000-%012x","Name":"node-%d","Datacenter":"dc1","HTTPAddr":"10.%d.%d.1:4646",
                 "Attributes":{"kernel.name":"linux","network.modes":"host,bridge"},
                 "Drivers":{"raw_exec":{"Detected":true,"Healthy":true}},
                 "NodeResources":{"Cpu":{"CpuShares":16000},"Memory":{"MemoryMB":64000},"Disk":{"DiskMB":1000000},
                                  "MinDynamicPort":20000,"MaxDynamicPort":32000}}""".formatted(number * 0x9E3779B1, number, number, number >> 8 & 255, number & 255));
    }

    private static <T> T read(Class<T> type, String json) {
        try {
            return Codec.fromJson(type, json);
        } catch (CodecException wrong) {
            throw new IllegalArgumentException(json, wrong);
        }
    }
}
