package dev.steppe.simulation.bench.churn;

import dev.steppe.model.JobSpec;
import dev.steppe.server.Reply;
import dev.steppe.server.Server;
import dev.steppe.simulation.SimulatedRootKeys;
import dev.steppe.simulation.VirtualTime;
import dev.steppe.simulation.bench.BenchNodes;
import dev.steppe.state.Event;
import dev.steppe.state.Store;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * A real server with planner, scheduler and store, whose work takes the time it really takes, among nodes, streams and a disk on
 * virtual time.
 */
final class ChurnCluster {
    private static final int RACKS = 50;

    private final VirtualTime time;
    private final SplittableRandom random;
    private final Store store = new Store();
    private final ChargedLoop loop;
    private final ChargedLog log;
    private final Server server;
    private final List<ChurnNode> nodes = new ArrayList<>();

    /** The nodes do not run yet. */
    ChurnCluster(int nodeCount, long seed, Consumer<Event> happened) {
        time = new VirtualTime(seed);
        random = time.split();
        loop = new ChargedLoop(time);
        log = new ChargedLog(time, store);
        var network = new ChurnNetwork(time, loop);
        store.listen((after, events) -> events.forEach(happened));
        server = new Server(
                Server.Options.standard("dc1", true),
                loop,
                store,
                log,
                network,
                new SimulatedRootKeys(),
                new SecureRandom());
        for (int i = 0; i < nodeCount; i++) {
            nodes.add(new ChurnNode(time, network, BenchNodes.node(i, RACKS)));
        }
    }

    /** All nodes come, at moments of their own within that time. */
    void start(Duration within) {
        nodes.forEach(
                node -> time.after(Duration.ofMillis(random.nextInt((int) within.toMillis())), "start", node::start));
    }

    void register(JobSpec job) {
        server.jobs().register(job, Optional.empty(), reply -> {
            if (reply instanceof Reply.Refused<?> refused) {
                throw new IllegalStateException(refused.refusal().message());
            }
        });
    }

    VirtualTime time() {
        return time;
    }

    SplittableRandom random() {
        return random;
    }

    Store store() {
        return store;
    }

    List<ChurnNode> nodes() {
        return nodes;
    }

    Busy busy() {
        return new Busy(loop.loopBusy(), loop.workBusy(), log.busy());
    }

    /** Processor time so far: of the loop, of planning, and of applying. */
    record Busy(Duration loop, Duration planning, Duration applying) {
        Busy since(Busy before) {
            return new Busy(loop.minus(before.loop), planning.minus(before.planning), applying.minus(before.applying));
        }
    }
}
