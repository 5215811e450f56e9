package dev.steppe.simulation;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One run of a cluster of a server and three nodes: a minute of users and faults, then a time without faults in which
 * everything wanted must come true. Invariants are checked after every event. A seed gives the same run again.
 */
public final class Simulation {
    private static final int NODES = 3;
    private static final Duration DISTURBED = Duration.ofSeconds(60);
    private static final Duration CONVERGED_WITHIN = Duration.ofHours(2);
    private static final Duration STABLE_FOR = Duration.ofSeconds(20);

    private final long seed;
    private final VirtualTime time;
    private final SplittableRandom random;
    private final Cluster cluster;
    private final Users users;
    private final Invariants invariants;
    private boolean disturbing = true;
    private String lastEvent = "";

    /** What a run came to. */
    public record Outcome(long seed, long events, Duration elapsed, int acknowledged, long trace) {}

    /** The run of a seed broke an invariant or did not converge; the message says how to repeat it. */
    public static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Failed(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private Simulation(long seed, boolean forgetfulDisk) {
        this.seed = seed;
        time = new VirtualTime(seed);
        random = time.split();
        cluster = new Cluster(time, NODES, new SimulatedLog.Disk(forgetfulDisk));
        users = new Users(time);
        invariants = new Invariants(cluster, users);
    }

    /**
     * Runs a seed to its end.
     *
     * @throws Failed when something was wrong
     */
    public static Outcome run(long seed) {
        return new Simulation(seed, false).run();
    }

    /** Runs a seed on a server whose disk forgets; it should fail. */
    static Outcome runOnForgetfulDisk(long seed) {
        return new Simulation(seed, true).run();
    }

    private Outcome run() {
        try {
            cluster.startServer();
            cluster.nodes().forEach(Cluster.SimulatedNode::startAgent);
            nextRequest();
            nextFault();
            while (time.elapsed().compareTo(DISTURBED) < 0) {
                step();
            }
            calm();
            converge();
            return new Outcome(seed, time.steps(), time.elapsed(), users.acknowledged(), time.trace());
        } catch (RuntimeException failure) {
            throw new Failed(
                    failure + " (seed " + seed + ", event " + time.steps() + " \"" + lastEvent + "\", at "
                            + time.elapsed() + "); repeat: ./dev sim " + seed,
                    failure);
        }
    }

    private void step() {
        lastEvent = time.step();
        if (lastEvent.isEmpty()) {
            throw new IllegalStateException("nothing will ever happen again");
        }
        invariants.check();
    }

    private void calm() {
        disturbing = false;
        cluster.startServer();
        for (var node : cluster.nodes()) {
            node.reconnect();
            node.machine().behave();
            node.startAgent();
        }
    }

    private void converge() {
        var begin = time.elapsed();
        var stableSince = begin;
        List<String> missing = List.of("everything");
        while (time.elapsed().minus(stableSince).compareTo(STABLE_FOR) < 0) {
            step();
            missing = invariants.missing();
            if (!missing.isEmpty()) {
                stableSince = time.elapsed();
            }
            if (time.elapsed().minus(begin).compareTo(CONVERGED_WITHIN) > 0) {
                throw new Invariants.Broken(
                        "everything_wanted_comes_true", "after " + CONVERGED_WITHIN + ": " + missing);
            }
        }
    }

    private void nextRequest() {
        time.after(Duration.ofMillis(random.nextInt(50, 2500)), "user", () -> {
            if (disturbing) {
                users.ask(cluster);
                nextRequest();
            }
        });
    }

    private void nextFault() {
        time.after(Duration.ofMillis(random.nextInt(200, 4000)), "fault", () -> {
            if (disturbing) {
                fault();
                nextFault();
            }
        });
    }

    private void fault() {
        var node = cluster.nodes().get(random.nextInt(NODES));
        switch (random.nextInt(6)) {
            case 0 -> {
                cluster.crashServer();
                users.connectionLost();
                later(5_000, "server starts", cluster::startServer);
            }
            case 1 -> cluster.loseLeadership(Duration.ofMillis(random.nextInt(1, 2_000)));
            case 2 -> {
                node.crashAgent();
                later(25_000, "agent starts", node::startAgent);
            }
            case 3 -> {
                node.crashAgent();
                node.machine().reboot();
                later(25_000, "machine starts", node::startAgent);
            }
            case 4 -> {
                node.cutOff();
                later(25_000, "network mended", node::reconnect);
            }
            case 5 -> node.machine().killSomething();
            default -> throw new IllegalStateException("six kinds of fault");
        }
    }

    /** Sometimes soon, sometimes late. */
    private void later(int millisMax, String label, Runnable action) {
        int bound = random.nextBoolean() ? millisMax : millisMax / 20;
        time.after(Duration.ofMillis(random.nextInt(1, bound)), label, () -> {
            if (disturbing) {
                action.run();
            }
        });
    }
}
