package dev.steppe.simulation.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Something that goes wrong, and its end.
 *
 * @param changesLeader true when another server has to take over
 * @param hold how long it lasts at least
 */
record Fault(String name, Strike strike, boolean changesLeader, boolean stopsAll, Duration hold) {
    private static final int LARGE_WRITES = 16;
    private static final Duration SHORT = Duration.ofSeconds(3);

    /** Makes it happen; the result says whom it hit and how it ends. */
    interface Strike {
        Hit hit(RealCluster cluster) throws IOException, InterruptedException;
    }

    /** Ends it. */
    interface Mend {
        void mend() throws IOException, InterruptedException;
    }

    /** Whom it hit; empty when this machine cannot do it. */
    record Hit(List<RealAgent> agents, Mend mend) {}

    /** All of them; the last ones stop everything. */
    static List<Fault> all(int repeats, Duration away) {
        var faults = new ArrayList<Fault>();
        for (int i = 0; i < repeats; i++) {
            faults.add(new Fault("kill -9 of the leader", cluster -> killed(cluster.leader()), true, false, SHORT));
            faults.add(new Fault(
                    "SIGSTOP of the leader", cluster -> paused(cluster.leader()), true, false, SHORT.multipliedBy(3)));
            for (var lost : Host.Lost.values()) {
                faults.add(new Fault(
                        "partition of the leader, lost: " + lost.name().toLowerCase(Locale.ROOT),
                        cluster -> partitioned(cluster, cluster.leader(), lost),
                        true,
                        false,
                        SHORT.multipliedBy(3)));
            }
        }
        faults.add(calm(
                "kill -9 of a follower", cluster -> killed(cluster.followers().getFirst())));
        faults.add(calm(
                "slow link of a follower", cluster -> slow(cluster.followers().getFirst())));
        faults.add(calm("slow link of the leader", cluster -> slow(cluster.leader())));
        faults.add(calm("torn last log entry of a follower", Fault::torn));
        faults.add(
                calm("kill -9 of a client", cluster -> killed(cluster.clients().getFirst())));
        faults.add(new Fault("disk full on the leader", Fault::fullDisk, true, false, SHORT));
        faults.add(new Fault("kill -9 of all agents at once", cluster -> allKilled(cluster.all()), false, true, SHORT));
        faults.add(new Fault(
                "servers away for " + away.toSeconds() + " s",
                cluster -> allKilled(cluster.servers()),
                false,
                true,
                away));
        return faults;
    }

    private static Fault calm(String name, Strike strike) {
        return new Fault(name, strike, false, false, SHORT);
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
        return agent.host().slowDown() ? new Hit(List.of(agent), agent.host()::speedUp) : new Hit(List.of(), () -> {});
    }

    private static Hit torn(RealCluster cluster) throws IOException, InterruptedException {
        var agent = cluster.followers().getFirst();
        agent.kill();
        agent.tearLog();
        return new Hit(List.of(agent), agent::start);
    }

    private static Hit fullDisk(RealCluster cluster) throws IOException, InterruptedException {
        var agent = cluster.smallDisk();
        cluster.transferTo(agent);
        var filler = agent.data().resolve("filler");
        Commands.succeeds(List.of("dd", "if=/dev/zero", "of=" + filler, "bs=64k"));
        // the log has room reserved for its next entries
        for (int i = 0; i < LARGE_WRITES; i++) {
            cluster.tryLargeWrite(agent, i);
        }
        return new Hit(List.of(agent), () -> freed(agent, filler));
    }

    /** A server that cannot write its log any more may have ended, as an operator's supervisor sees it. */
    private static void freed(RealAgent agent, Path filler) throws IOException, InterruptedException {
        Files.delete(filler);
        TimeUnit.SECONDS.sleep(1);
        if (!agent.isAlive()) {
            agent.start();
        }
    }

    private static Hit allKilled(List<RealAgent> agents) {
        agents.forEach(RealAgent::kill);
        return new Hit(agents, () -> {
            for (var agent : agents) {
                agent.start();
            }
        });
    }
}
