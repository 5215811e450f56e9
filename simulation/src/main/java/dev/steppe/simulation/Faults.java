package dev.steppe.simulation;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** What goes wrong, as a seed decides: until it is told to stop, and then nothing any more. */
final class Faults {
    private static final int FAR_MILLIS = 25_000;
    private static final int SERVER_AWAY_MILLIS = 10_000;
    private static final int JUMP_SECONDS_MAX = 90;

    private final VirtualTime time;
    private final Cluster cluster;
    private final SplittableRandom random;
    private boolean over;

    Faults(VirtualTime time, Cluster cluster) {
        this.time = time;
        this.cluster = cluster;
        this.random = time.split();
    }

    /** Begins to disturb. */
    void begin() {
        time.after(Duration.ofMillis(random.nextInt(200, 4000)), "fault", () -> {
            if (!over) {
                strike();
                begin();
            }
        });
    }

    /** Mends everything, and leaves it so. */
    void end() {
        over = true;
        cluster.routes().mendAll();
        for (var server : cluster.servers()) {
            server.clock().mend();
            server.disk().slow(false);
            server.start();
        }
        for (var node : cluster.nodes()) {
            node.clock().mend();
            node.machine().behave();
            node.startAgent();
        }
    }

    private void strike() {
        if (random.nextBoolean()) {
            strikeServers();
        } else {
            strikeNodes();
        }
    }

    private void strikeServers() {
        var server = cluster.servers().get(random.nextInt(cluster.servers().size()));
        switch (random.nextInt(8)) {
            case 0, 1 -> crash(server);
            case 2 -> cluster.servers().forEach(this::crash);
            case 3 -> cluster.leader().ifPresent(this::crash);
            case 4 -> cluster.leader().ifPresent(Cluster.SimulatedServer::stepDown);
            case 5 -> {
                server.disk().slow(true);
                later(FAR_MILLIS, "disk is quick again", () -> server.disk().slow(false));
            }
            case 6 -> separate(server.name());
            case 7 -> jump(server.clock());
            default -> throw new IllegalStateException("eight kinds of fault");
        }
    }

    private void crash(Cluster.SimulatedServer server) {
        server.crash();
        later(SERVER_AWAY_MILLIS, "server starts", server::start);
    }

    private void strikeNodes() {
        var node = cluster.nodes().get(random.nextInt(cluster.nodes().size()));
        switch (random.nextInt(6)) {
            case 0 -> {
                node.crashAgent();
                later(FAR_MILLIS, "agent starts", node::startAgent);
            }
            case 1 -> {
                node.crashAgent();
                node.machine().reboot();
                later(FAR_MILLIS, "machine starts", node::startAgent);
            }
            case 2, 3 -> separate(node.name());
            case 4 -> node.machine().killSomething();
            case 5 -> jump(node.clock());
            default -> throw new IllegalStateException("six kinds of fault");
        }
    }

    /** Cuts a machine off from some others or from all, in one direction or both. */
    private void separate(String name) {
        boolean all = random.nextBoolean();
        var others = cluster.names().stream()
                .filter(other -> !other.equals(name) && (all || random.nextBoolean()))
                .toList();
        int ways = random.nextInt(3);
        if (ways != 0) {
            mendLater(cluster.routes().cut(List.of(name), others));
        }
        if (ways != 1) {
            mendLater(cluster.routes().cut(others, List.of(name)));
        }
    }

    private void mendLater(Routes.Cut cut) {
        later(FAR_MILLIS, "network mended", () -> cluster.routes().mend(cut));
    }

    private void jump(SimulatedClock clock) {
        clock.jump(Duration.ofSeconds(random.nextInt(-JUMP_SECONDS_MAX, JUMP_SECONDS_MAX + 1)));
        later(FAR_MILLIS, "clock set right", clock::mend);
    }

    /** Sometimes soon, sometimes late. */
    private void later(int millisMax, String label, Runnable action) {
        int bound = random.nextBoolean() ? millisMax : millisMax / 20;
        time.after(Duration.ofMillis(random.nextInt(1, bound)), label, () -> {
            if (!over) {
                action.run();
            }
        });
    }
}
