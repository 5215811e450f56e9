package dev.steppe.simulation.bench.churn;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.Deployment;
import dev.steppe.model.DeploymentStatus;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobSpec;
import dev.steppe.model.JobType;
import dev.steppe.simulation.VirtualTime;
import dev.steppe.simulation.bench.BenchNodes;
import dev.steppe.state.Event;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.logging.LogManager;

/**
 * Nodes are lost by the minute while jobs of three priorities are deployed again and again and others come in bursts: who waits
 * how long, and whether anybody is forgotten. Server, planner and scheduler are the real ones and take the time they really
 * take; nodes, streams and the log's disk are on virtual time. Ends with status 1 when something starved.
 */
public final class ChurnBench {
    private static final PrintStream OUT = System.out;
    private static final int[] PRIORITIES = {20, 50, 80};
    private static final int SERVICES = 60;
    private static final Duration START = Duration.ofSeconds(10);
    private static final Duration CALM = Duration.ofMinutes(12);
    /** What the broker promises: nobody waits longer behind those that come later. */
    private static final Duration STARVED = Duration.ofSeconds(100);
    /** A node is missed after 15 s or a little more, and its instances are to run elsewhere well before this. */
    private static final Duration STARVED_INSTANCE = Duration.ofMinutes(3);

    private final ChurnCluster cluster;
    private final VirtualTime time;
    private final SplittableRandom random;
    private final Waits evaluations = new Waits();
    private final Waits instances = new Waits();
    private final TreeMap<EvaluationId, Instant> pending = new TreeMap<>();
    private final TreeMap<String, Instant> missing = new TreeMap<>();
    private final int count;
    /** Jobs that come at once, each minute: as many as find room when nothing else comes. */
    private final int burst;

    private final Duration churning;
    private int jobs;
    private int losses;

    private ChurnBench(int nodeCount, Duration churning, long seed) {
        cluster = new ChurnCluster(nodeCount, seed, this::happened);
        time = cluster.time();
        random = cluster.random();
        // eight instances fit on a node, and four of five places are taken by services
        count = nodeCount * 8 * 4 / 5 / SERVICES;
        burst = Math.max(1, nodeCount / 5);
        this.churning = churning;
    }

    /** Arguments: nodes (1000), minutes of churn (20), percent of nodes lost per minute (1), seed (1). */
    public static void main(String[] arguments) {
        LogManager.getLogManager().reset();
        int nodes = number(arguments, 0, 1_000);
        int minutes = number(arguments, 1, 20);
        int percent = number(arguments, 2, 1);
        long begun = System.nanoTime();
        var bench = new ChurnBench(nodes, Duration.ofMinutes(minutes), number(arguments, 3, 1));
        bench.run(percent);
        var starved = bench.report();
        OUT.printf(
                "%d s in real time%n",
                Duration.ofNanos(System.nanoTime() - begun).toSeconds());
        starved.forEach(it -> OUT.println("STARVED: " + it));
        OUT.println(starved.isEmpty() ? "nothing starved" : "something starved");
        if (!starved.isEmpty()) {
            System.exit(1);
        }
    }

    private static int number(String[] arguments, int position, int otherwise) {
        return arguments.length > position ? Integer.parseInt(arguments[position]) : otherwise;
    }

    private void run(int percent) {
        cluster.start(START);
        for (int i = 0; i < SERVICES; i++) {
            int number = i;
            time.after(Duration.ofSeconds(20), "user", () -> deploy(number));
        }
        var begin = Duration.ofMinutes(2);
        time.after(begin, "user", () -> again(Duration.ofSeconds(5), () -> deploy(random.nextInt(SERVICES))));
        time.after(begin, "user", () -> again(Duration.ofSeconds(1), () -> batch(1)));
        time.after(begin, "user", () -> again(Duration.ofMinutes(1), () -> batch(burst)));
        if (percent > 0) {
            var between = Duration.ofMinutes(1)
                    .multipliedBy(100)
                    .dividedBy((long) cluster.nodes().size() * percent);
            time.after(begin, "churn", () -> again(between, this::lose));
        }
        var end = begin.plus(churning).plus(CALM);
        while (time.elapsed().compareTo(end) < 0) {
            time.step();
        }
    }

    /** For as long as there is churn. */
    private void again(Duration every, Runnable action) {
        if (time.elapsed().compareTo(Duration.ofMinutes(2).plus(churning)) < 0) {
            action.run();
            time.after(every, "again", () -> again(every, action));
        }
    }

    private void lose() {
        var nodes = cluster.nodes();
        var node = nodes.get(random.nextInt(nodes.size()));
        if (node.isUp()) {
            losses++;
            node.lose();
            time.after(Duration.ofSeconds(random.nextInt(60, 300)), "churn", node::start);
        }
    }

    private void deploy(int number) {
        register("""
                {"ID":"service-%d","Type":"service","Priority":%d,"Datacenters":["dc1"],"TaskGroups":[{"Name":"g","Count":%d,
                 "Update":{"MaxParallel":%d,"MinHealthyTime":1000000000,"HealthyDeadline":120000000000,
                           "ProgressDeadline":300000000000},
                 "Tasks":[{"Name":"t","Driver":"raw_exec","Config":{"command":"/bin/true"},"Env":{"V":"%d"},
                  "Resources":{"CPU":2000,"MemoryMB":500}}]}]}""".formatted(
                number, PRIORITIES[number % PRIORITIES.length], count, Math.max(1, count / 8), random.nextInt()));
    }

    private void batch(int many) {
        for (int i = 0; i < many; i++) {
            register("""
                {"ID":"batch-%d","Type":"batch","Priority":%d,"Datacenters":["dc1"],"TaskGroups":[{"Name":"g","Count":5,
                 "Tasks":[{"Name":"t","Driver":"raw_exec","Config":{"command":"/bin/true"},
                  "Resources":{"CPU":1000,"MemoryMB":200}}]}]}""".formatted(jobs++, PRIORITIES[random.nextInt(PRIORITIES.length)]));
        }
    }

    private void register(String json) {
        cluster.register(BenchNodes.read(JobSpec.class, json));
    }

    private void happened(Event event) {
        if (event instanceof Event.EvaluationChanged(Evaluation evaluation)) {
            evaluated(evaluation);
        } else if (event instanceof Event.AllocationChanged changed) {
            fared(changed.allocation());
        }
    }

    private void evaluated(Evaluation evaluation) {
        if (evaluation.status() == EvaluationStatus.PENDING) {
            var since = evaluation.waitUntil().isAfter(time.now()) ? evaluation.waitUntil() : time.now();
            pending.putIfAbsent(evaluation.id(), since);
        } else if (pending.containsKey(evaluation.id())) {
            evaluations.add(evaluation.priority(), waited(pending.remove(evaluation.id())));
        }
    }

    private Duration waited(Instant since) {
        var wait = Duration.between(since, time.now());
        return wait.isNegative() ? Duration.ZERO : wait;
    }

    /** From when an instance of a service is known to be lost until one of its name runs. */
    private void fared(Allocation allocation) {
        var job = cluster.store().snapshot().job(allocation.jobKey()).map(it -> it.spec());
        if (job.filter(it -> it.type() == JobType.SERVICE).isEmpty()) {
            return;
        }
        if (allocation.client().status() == ClientStatus.LOST) {
            missing.putIfAbsent(allocation.name(), time.now());
        } else if (allocation.client().status() == ClientStatus.RUNNING && missing.containsKey(allocation.name())) {
            instances.add(job.get().priority(), waited(missing.remove(allocation.name())));
        }
    }

    private List<String> report() {
        var deployments = new TreeMap<DeploymentStatus, Integer>();
        cluster.store().snapshot().deployments().forEach(it -> deployments.merge(it.status(), 1, Integer::sum));
        OUT.printf(
                Locale.ROOT,
                "%d nodes, %d lost in %d min, %d services of %d, %d batch jobs of 5; deployments %s%n",
                cluster.nodes().size(),
                losses,
                churning.toMinutes(),
                SERVICES,
                count,
                jobs,
                deployments);
        var busy = cluster.busy();
        double seconds = time.elapsed().toMillis() / 1e3;
        OUT.printf(
                Locale.ROOT,
                "busy: loop %.1f %%, planning %.1f %%, applying %.1f %% of a processor%n",
                busy.loop().toMillis() / 10.0 / seconds,
                busy.planning().toMillis() / 10.0 / seconds,
                busy.applying().toMillis() / 10.0 / seconds);
        print("evaluations: pending until planned", evaluations);
        print("instances of services: lost until one runs again", instances);
        return starved();
    }

    private static void print(String what, Waits waits) {
        OUT.printf("%s, seconds%n%8s %10s %10s %10s %10s%n", what, "priority", "number", "p50", "p99", "longest");
        waits.lines().forEach(OUT::println);
    }

    private List<String> starved() {
        var starved = new ArrayList<String>();
        if (evaluations.longest().compareTo(STARVED) > 0) {
            starved.add("an evaluation waited " + evaluations.longest().toSeconds() + " s");
        }
        if (instances.longest().compareTo(STARVED_INSTANCE) > 0) {
            starved.add("an instance was missing for " + instances.longest().toSeconds() + " s");
        }
        var snapshot = cluster.store().snapshot();
        for (Evaluation evaluation : snapshot.evaluations()) {
            if (evaluation.status() == EvaluationStatus.BLOCKED || evaluation.status() == EvaluationStatus.PENDING) {
                starved.add("an evaluation of " + evaluation.jobId() + " is still " + evaluation.status());
            }
        }
        for (Deployment deployment : snapshot.deployments()) {
            if (deployment.isActive()) {
                starved.add(
                        "the deployment of " + deployment.jobId() + " does not end: " + deployment.statusDescription());
            }
        }
        for (int i = 0; i < SERVICES; i++) {
            var key = new JobKey("default", new JobId("service-" + i));
            long running = snapshot.allocationsOf(key).stream()
                    .filter(it -> !it.isTerminal() && it.client().status() == ClientStatus.RUNNING)
                    .count();
            if (running != count) {
                starved.add(key.id() + " runs " + running + " of " + count);
            }
        }
        return starved;
    }
}
