package dev.steppe.simulation.faults;

import dev.steppe.simulation.hosts.Commands;
import dev.steppe.simulation.hosts.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Something that goes wrong, and its end.
 *
 * @param hold how long it lasts at least
 */
record Fault(String name, Kind kind, Strike strike, Duration hold) {
    private static final int LARGE_WRITES = 60;
    private static final Duration HOUR = Duration.ofHours(1);

    /** What follows from it. */
    enum Kind {
        /** Nobody has to take over. */
        CALM,
        /** Another server has to lead. */
        CHANGES_LEADER,
        /** No server is left to write to until it ends. */
        STOPS_SERVERS,
        /** The same, and no task is left either. */
        STOPS_EVERYTHING
    }

    /** Makes it happen; the result says whom it hit and how it ends. */
    interface Strike {
        Hit hit(RealCluster cluster) throws IOException, InterruptedException;
    }

    /** Ends it. */
    interface Mend {
        void mend() throws IOException, InterruptedException;
    }

    /** Whom it hit; nobody when this machine cannot do it, and then why. */
    record Hit(List<RealAgent> agents, Mend mend, String impossible) {
        Hit(List<RealAgent> agents, Mend mend) {
            this(agents, mend, "");
        }

        static Hit impossible(String why) {
            return new Hit(List.of(), () -> {}, why);
        }
    }

    /**
     * How much of it.
     *
     * @param repeats how often those that change the leader come
     * @param hold how long most of them last
     * @param silence how long a leader that cannot be reached stays so
     * @param away how long all servers are away
     */
    record Plan(int repeats, Duration hold, Duration silence, Duration away) {
        /** Everything. */
        static Plan whole() {
            return new Plan(5, Duration.ofSeconds(3), Duration.ofSeconds(9), Duration.ofMinutes(10));
        }

        /** Each of them once, and none for long. */
        static Plan quick() {
            return new Plan(1, Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(10));
        }
    }

    /** All of them; the last ones stop everything. */
    static List<Fault> all(Plan plan) {
        var faults = new ArrayList<Fault>();
        for (int i = 0; i < plan.repeats; i++) {
            faults.add(new Fault(
                    "kill -9 of the leader", Kind.CHANGES_LEADER, cluster -> killed(cluster.leader()), plan.hold));
            faults.add(new Fault(
                    "SIGSTOP of the leader", Kind.CHANGES_LEADER, cluster -> paused(cluster.leader()), plan.silence));
            for (var lost : Host.Lost.values()) {
                faults.add(new Fault(
                        "partition of the leader, lost: " + lost.name().toLowerCase(Locale.ROOT),
                        Kind.CHANGES_LEADER,
                        cluster -> partitioned(cluster, cluster.leader(), lost),
                        plan.silence));
            }
        }
        faults.addAll(calm(plan));
        faults.add(new Fault(
                "disk full on the leader", Kind.CHANGES_LEADER, cluster -> full(cluster, cluster.leader()), plan.hold));
        faults.add(new Fault(
                "kill -9 of all agents at once", Kind.STOPS_SERVERS, cluster -> allKilled(cluster.all()), plan.hold));
        faults.add(new Fault(
                "servers away for " + plan.away.toSeconds() + " s",
                Kind.STOPS_SERVERS,
                cluster -> allKilled(cluster.servers()),
                plan.away));
        faults.add(new Fault("power cut of all machines", Kind.STOPS_EVERYTHING, Fault::withoutPower, plan.hold));
        return faults;
    }

    private static List<Fault> calm(Plan plan) {
        record Named(String name, Strike strike) {}
        return List.of(
                        new Named(
                                "kill -9 of a follower",
                                cluster -> killed(cluster.followers().getFirst())),
                        new Named(
                                "slow link of a follower",
                                cluster -> slow(cluster.followers().getFirst())),
                        new Named("slow link of the leader", cluster -> slow(cluster.leader())),
                        new Named("torn last log entry of a follower", Fault::torn),
                        new Named(
                                "disk full on a follower",
                                cluster -> full(cluster, cluster.followers().getLast())),
                        new Named(
                                "clock of the leader an hour ahead, and back",
                                cluster -> ahead(cluster, cluster.leader())),
                        new Named(
                                "clock of a client an hour ahead, and back",
                                cluster -> ahead(cluster, cluster.clients().getLast())),
                        new Named(
                                "kill -9 of a client",
                                cluster -> killed(cluster.clients().getFirst())))
                .stream()
                .map(it -> new Fault(it.name, Kind.CALM, it.strike, plan.hold))
                .toList();
    }

    private static Hit killed(RealAgent agent) {
        agent.kill();
        return new Hit(List.of(agent), agent::start);
    }

    private static Hit paused(RealAgent agent) throws IOException {
        agent.pause();
        return new Hit(List.of(agent), agent::resume);
    }

    private static Hit partitioned(RealCluster cluster, RealAgent agent, Host.Lost lost) throws IOException {
        agent.host().partition(lost, cluster.othersThan(agent));
        return new Hit(List.of(agent), agent.host()::reconnect);
    }

    private static Hit slow(RealAgent agent) throws IOException {
        return agent.host().slowDown()
                ? new Hit(List.of(agent), agent.host()::speedUp)
                : Hit.impossible("this kernel has no queue that slows a link down");
    }

    private static Hit torn(RealCluster cluster) throws IOException, InterruptedException {
        var agent = cluster.followers().getFirst();
        agent.kill();
        agent.tearLog();
        return new Hit(List.of(agent), agent::start);
    }

    private static Hit full(RealCluster cluster, RealAgent agent) throws IOException, InterruptedException {
        if (!agent.disk().isOwn()) {
            return Hit.impossible("this machine cannot mount files as disks");
        }
        var filler = agent.data().resolve("filler");
        Commands.succeeds(List.of("dd", "if=/dev/zero", "of=" + filler, "bs=64k"));
        long before = agent.stoppedLogs();
        // the log has room reserved for its next entries
        for (int i = 0; i < LARGE_WRITES && agent.stoppedLogs() == before; i++) {
            cluster.tryLargeWrite(agent, i);
        }
        return new Hit(List.of(agent), () -> freed(agent, filler));
    }

    /** Nobody starts it again: it has to come back by itself. */
    private static void freed(RealAgent agent, Path filler) throws IOException {
        Files.delete(filler);
        if (!agent.isAlive()) {
            throw new IOException(agent + " ended because its disk was full");
        }
    }

    private static Hit ahead(RealCluster cluster, RealAgent agent) throws IOException {
        if (cluster.clocks().isEmpty()) {
            return Hit.impossible("the library that moves the clock of a process needs a C compiler");
        }
        var clocks = cluster.clocks().get();
        clocks.set(agent.name(), HOUR);
        return new Hit(List.of(agent), () -> clocks.set(agent.name(), Duration.ZERO));
    }

    private static Hit allKilled(List<RealAgent> agents) {
        agents.forEach(RealAgent::kill);
        return new Hit(agents, () -> {
            for (var agent : agents) {
                agent.start();
            }
        });
    }

    private static Hit withoutPower(RealCluster cluster) throws IOException {
        if (!cluster.all().stream().allMatch(agent -> agent.disk().isOwn())) {
            return Hit.impossible("this machine cannot mount files as disks");
        }
        cluster.cutPower();
        return new Hit(cluster.all(), cluster::bootAll);
    }
}
