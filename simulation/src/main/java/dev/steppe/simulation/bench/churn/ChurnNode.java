package dev.steppe.simulation.bench.churn;

import dev.steppe.model.AllocationId;
import dev.steppe.model.ClientState;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.NodeSpec;
import dev.steppe.simulation.VirtualTime;
import dev.steppe.wire.Link;
import dev.steppe.wire.Message;
import dev.steppe.wire.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** A node that does what it is told in the time tasks take, until it is lost with everything it ran; it may come back empty. */
final class ChurnNode {
    private static final Duration STOPPING = Duration.ofMillis(200);

    private final VirtualTime time;
    private final Transport transport;
    private final NodeSpec spec;
    private final SplittableRandom random;
    private final TreeMap<AllocationId, ClientState> states = new TreeMap<>();
    private Optional<Link> link = Optional.empty();
    private boolean up;
    /** Counts how often it came up: what was begun before means nothing any more. */
    private int life;

    private long heartbeats;

    ChurnNode(VirtualTime time, Transport transport, NodeSpec spec) {
        this.time = time;
        this.transport = transport;
        this.spec = spec;
        random = time.split();
    }

    boolean isUp() {
        return up;
    }

    void start() {
        up = true;
        life++;
        open();
    }

    /** Silent from now on, and nothing it ran is left. */
    void lose() {
        up = false;
        life++;
        states.clear();
        link.ifPresent(it -> it.close("lost"));
        link = Optional.empty();
    }

    private void open() {
        int now = life;
        var opened = transport.connect(new Link.End() {
            @Override
            public void received(Message message) {
                if (now == life) {
                    ChurnNode.this.received(message);
                }
            }

            @Override
            public void closed(String reason) {
                if (now == life) {
                    later(Duration.ofSeconds(1), ChurnNode.this::open);
                }
            }
        });
        link = Optional.of(opened);
        opened.send(new Message.Hello(spec));
    }

    private void later(Duration delay, Runnable action) {
        int begun = life;
        time.after(delay, "node", () -> {
            if (begun == life) {
                action.run();
            }
        });
    }

    private Duration between(int leastMillis, int mostMillis) {
        return Duration.ofMillis(random.nextInt(leastMillis, mostMillis));
    }

    private void send(Message message) {
        link.ifPresent(it -> it.send(message));
    }

    private void received(Message message) {
        if (message instanceof Message.Welcome welcome) {
            var all = new ArrayList<Message.Report>();
            states.forEach((id, state) -> all.add(new Message.Report(id, state)));
            send(new Message.Reports(all));
            heartbeatAfter(welcome.heartbeatEvery());
        } else if (message instanceof Message.HeartbeatTaken taken) {
            heartbeatAfter(taken.next());
        } else if (message instanceof Message.Assignments assignments) {
            assignments.assignments().forEach(this::take);
        }
    }

    private void heartbeatAfter(Duration wait) {
        later(wait, () -> send(new Message.Heartbeat(spec.id(), ++heartbeats)));
    }

    private void take(Message.Assignment assignment) {
        var allocation = assignment.allocation();
        var known = Optional.ofNullable(states.get(allocation.id()));
        boolean wanted = allocation.desiredStatus() == DesiredStatus.RUN
                && !allocation.client().status().isTerminal();
        if (wanted && known.isEmpty()) {
            states.put(allocation.id(), allocation.client());
            later(between(300, 1_500), () -> report(allocation.id(), ClientStatus.RUNNING));
            if (assignment.job().type().ends()) {
                later(between(10_000, 40_000), () -> report(allocation.id(), ClientStatus.COMPLETE));
            }
        } else if (!wanted && known.filter(it -> !it.status().isTerminal()).isPresent()) {
            later(STOPPING, () -> report(allocation.id(), ClientStatus.COMPLETE));
        }
    }

    private void report(AllocationId id, ClientStatus status) {
        var before = states.get(id);
        if (before == null || before.status().isTerminal()) {
            return;
        }
        var state = new ClientState(
                status,
                "",
                new TreeMap<>(),
                before.health().map(it -> it.decided(status == ClientStatus.RUNNING, time.now())),
                Optional.empty(),
                new TreeMap<>(),
                List.of());
        states.put(id, state);
        send(new Message.Reports(List.of(new Message.Report(id, state))));
    }
}
