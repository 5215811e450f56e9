package dev.steppe.simulation;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * One run of a cluster of one, three or five servers and three nodes: a minute of users and faults, then a time without
 * faults in which everything wanted must come true. Invariants are checked after every event. A seed gives the same run
 * again.
 */
public final class Simulation {
    private static final int NODES = 3;
    private static final List<Integer> SERVERS = List.of(3, 3, 3, 1, 3, 3, 5, 1);
    private static final Duration SETTLED_EVERY = Duration.ofSeconds(1);
    private static final Duration CAUGHT_UP_WITHIN = Duration.ofMinutes(1);
    private static final Duration DISTURBED = Duration.ofSeconds(60);
    private static final Duration CONVERGED_WITHIN = Duration.ofHours(2);
    private static final Duration STABLE_FOR = Duration.ofSeconds(20);

    private final long seed;
    private final VirtualTime time;
    private final Tally tally = new Tally();
    private final SplittableRandom random;
    private final Cluster cluster;
    private final Users users;
    private final Registers registers;
    private final Faults faults;
    private final Invariants invariants;
    private boolean disturbing = true;
    private String lastEvent = "";

    /** What a run came to. */
    public record Outcome(
            long seed, long events, Duration elapsed, int acknowledged, long trace, Map<Tally.What, Integer> counts) {
        public Outcome {
            counts = Collections.unmodifiableMap(new EnumMap<>(counts));
        }
    }

    /** The run of a seed broke an invariant or did not converge; the message says how to repeat it. */
    public static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Failed(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private Simulation(long seed, int servers, boolean forgetfulDisks) {
        this.seed = seed;
        time = new VirtualTime(seed);
        random = time.split();
        cluster = new Cluster(time, tally, servers, NODES, forgetfulDisks);
        users = new Users(time, cluster);
        registers = new Registers(time, cluster, tally);
        faults = new Faults(time, cluster);
        invariants = new Invariants(cluster, users, tally);
    }

    /**
     * Runs a seed to its end.
     *
     * @throws Failed when something was wrong
     */
    public static Outcome run(long seed) {
        int servers = SERVERS.get(Math.floorMod(seed, SERVERS.size()));
        return new Simulation(seed, servers, false).run();
    }

    /** Runs a seed on one server whose disk forgets; it should fail. */
    static Outcome runOnForgetfulDisk(long seed) {
        return new Simulation(seed, 1, true).run();
    }

    private Outcome run() {
        try {
            cluster.servers().forEach(Cluster.SimulatedServer::start);
            cluster.nodes().forEach(Cluster.SimulatedNode::startAgent);
            nextRequest();
            nextReplacement();
            faults.begin();
            while (time.elapsed().compareTo(DISTURBED) < 0) {
                step();
            }
            calm();
            converge();
            catchUp();
            registers_have_one_order();
            return new Outcome(seed, time.steps(), time.elapsed(), users.acknowledged(), time.trace(), tally.counts());
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
        faults.end();
        settle();
    }

    private void settle() {
        users.settle();
        time.after(SETTLED_EVERY, "users settle", this::settle);
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

    private void catchUp() {
        var begin = time.elapsed();
        while (!invariants.behind().isEmpty()) {
            step();
            if (time.elapsed().minus(begin).compareTo(CAUGHT_UP_WITHIN) > 0) {
                throw new Invariants.Broken(
                        "applied_states_are_equal", "after " + CAUGHT_UP_WITHIN + ": " + invariants.behind());
            }
        }
    }

    private void registers_have_one_order() {
        var leader = cluster.leader().orElseThrow();
        var wrong = registers.contradictions(
                leader.running().orElseThrow(), leader.state().orElseThrow());
        if (!wrong.isEmpty()) {
            throw new Invariants.Broken("registers_have_one_order", wrong.toString());
        }
    }

    private void nextReplacement() {
        time.after(Duration.ofMillis(random.nextInt(20, 800)), "register", () -> {
            if (disturbing) {
                registers.ask();
                nextReplacement();
            }
        });
    }

    private void nextRequest() {
        time.after(Duration.ofMillis(random.nextInt(50, 2500)), "user", () -> {
            if (disturbing) {
                users.ask();
                nextRequest();
            }
        });
    }
}
