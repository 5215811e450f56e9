package dev.steppe.simulation.faults;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.simulation.hosts.Commands;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * {@code ./dev upgrade [REVISION]}: a cluster of an older program is given this one while it is written to, first its
 * servers, the leader last, then its clients; and then the older one again. At last one server stays behind, and the others
 * are asked for what it would not understand.
 */
public final class Upgrade {
    private static final PrintStream OUT = System.out;
    private static final String GUARDED = "acl {\n  enabled = true\n}\n";

    private final RealCluster cluster;
    private final Writers writers;
    private final Proof proof;
    private int failed;
    private int steps;

    private Upgrade(RealCluster cluster, Writers writers) {
        this.cluster = cluster;
        this.writers = writers;
        this.proof = new Proof(cluster, writers);
    }

    /** The arguments: the program of the older version and that of this one. */
    public static void main(String[] arguments) throws Exception {
        if (!LinuxCalls.isRoot()) {
            throw new IllegalStateException("network namespaces need root: run it as root");
        }
        var older = Path.of(arguments[0]).toAbsolutePath();
        var newer = Path.of(arguments[1]).toAbsolutePath();
        var directory = Files.createTempDirectory("steppe-upgrade-");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        boolean good;
        try (var cluster = new RealCluster(directory)) {
            good = run(cluster, older, newer);
            if (!good) {
                OUT.println("the agents' logs are in " + directory);
            }
        }
        if (good) {
            Commands.run("rm", "-rf", "--one-file-system", directory.toString());
        }
        System.exit(good ? 0 : 1);
    }

    private static boolean run(RealCluster cluster, Path older, Path newer) throws InterruptedException {
        try {
            cluster.all().forEach(agent -> agent.isNow(older));
            cluster.form();
            cluster.startTasks();
            var through = new ArrayList<>(cluster.servers());
            through.add(cluster.clients().getFirst());
            var writers = new Writers(through, 1);
            var upgrade = new Upgrade(cluster, writers);
            try (writers) {
                OUT.println("three servers and three clients of the older version, " + cluster.taskCount() + " tasks");
                upgrade.servers("new", newer);
                upgrade.clients("new", newer);
                upgrade.clients("older", older);
                upgrade.servers("older", older);
                OUT.println(writers.counts());
            }
            upgrade.mixed(newer);
            OUT.printf("upgrade: %d steps, %d wrong%n", upgrade.steps, upgrade.failed);
            return upgrade.failed == 0;
        } catch (IOException broken) {
            OUT.println("FAILED: " + broken.getMessage());
            return false;
        }
    }

    /** Followers first: the version that leads decides what is written into the log. */
    private void servers(String what, Path program) throws IOException, InterruptedException {
        var order = new ArrayList<>(cluster.followers());
        order.add(cluster.leader());
        for (var server : order) {
            replace(server, what + (order.getLast() == server ? ", led until then" : ""), program);
        }
    }

    private void clients(String what, Path program) throws IOException, InterruptedException {
        for (var client : cluster.clients()) {
            replace(client, what, program);
        }
    }

    private void replace(RealAgent agent, String what, Path program) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        steps++;
        if (agent.isServer()) {
            agent.stop();
            agent.awaitEnd();
        } else {
            // asked to stop, it would end its tasks: so it is configured here
            agent.kill();
        }
        var accepted = writers.untilAccepted(cluster.servers());
        agent.isNow(program);
        agent.start();
        cluster.awaitHealthy();
        report(agent, what, proof.wrong(), accepted, Duration.ofNanos(System.nanoTime() - begun));
    }

    /**
     * Access tokens need a format of the log that the older program does not know. Whoever asks for one is told which server
     * is in the way; once that is upgraded, one is made.
     */
    private void mixed(Path newer) throws IOException, InterruptedException {
        var behind = cluster.followers().getFirst();
        for (var server : cluster.servers()) {
            if (server != behind) {
                server.isNow(newer);
                server.isTold(GUARDED);
                restart(server);
            }
        }
        // if it leads by now, one of the others does after this
        restart(behind);
        var asked = cluster.servers().stream()
                .filter(server -> server != behind)
                .findFirst()
                .orElseThrow();
        told(asked, "server " + behind.name() + " understands format 1: upgrade it");
        behind.isNow(newer);
        behind.isTold(GUARDED);
        restart(behind);
        told(asked, "Secret ID");
    }

    private static void restart(RealAgent server) throws IOException, InterruptedException {
        server.stop();
        server.awaitEnd();
        server.start();
        server.awaitAnswer();
    }

    /** What {@code acl bootstrap} says, sooner or later. */
    private void told(RealAgent asked, String words) throws IOException, InterruptedException {
        steps++;
        RealCluster.await(asked + " to say: " + words, () -> {
            var said = asked.say("acl", "bootstrap");
            if (!said.contains(words)) {
                throw new IOException(said);
            }
            return true;
        });
        OUT.println("acl bootstrap on " + asked + " says: " + words);
    }

    private void report(RealAgent agent, String what, List<String> wrong, Duration accepted, Duration took) {
        OUT.printf(
                Locale.ROOT,
                "%s is %s: first write %.2f s after its end; %s; %d acknowledged; %d s%n",
                agent,
                what,
                accepted.toMillis() / 1e3,
                wrong.isEmpty() ? "nothing lost, one order, same tasks" : wrong.size() + " WRONG",
                writers.acknowledged(),
                took.toSeconds());
        wrong.forEach(line -> OUT.println("  WRONG: " + line));
        failed += wrong.isEmpty() ? 0 : 1;
    }
}
