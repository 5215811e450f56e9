package dev.steppe.client;

import dev.steppe.client.allocation.AllocationRunner;
import dev.steppe.client.allocation.Kept;
import dev.steppe.io.Loop;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.NodeSpec;
import dev.steppe.wire.Link;
import dev.steppe.wire.Message;
import dev.steppe.wire.Transport;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A node: keeps a stream to a server, runs what it is assigned and reports how that goes. A lost stream changes nothing
 * for what runs. Owned by its loop.
 */
public final class Client implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Client.class.getName());

    /** Reports of one burst of changes travel together. */
    private static final Duration REPORT_AFTER = Duration.ofMillis(5);

    private static final Duration RECONNECT_FIRST = Duration.ofMillis(200);
    private static final Duration RECONNECT_LONGEST = Duration.ofSeconds(10);

    /** A server that does not answer a heartbeat this long is none; perhaps another answers. */
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

    private static final Duration SILENCE_LOOKED_AT_EVERY = Duration.ofSeconds(1);

    /** Ended allocations whose logs stay readable unless the configuration says another number. */
    private static final int ENDED_KEPT = 50;

    private final Loop loop;
    private final Transport transport;
    private final AllocationRunner.Parts parts;
    private final int endedKept;
    private final TreeMap<AllocationId, AllocationRunner> runners = new TreeMap<>();
    private final TreeSet<AllocationId> unreported = new TreeSet<>();
    private final TreeSet<AllocationId> settled = new TreeSet<>();
    private final TreeSet<AllocationId> handedOver = new TreeSet<>();
    private final List<Consumer<Message.ToNode>> listeners = new ArrayList<>();
    private NodeSpec node;
    private Optional<Link> link = Optional.empty();
    private Duration reconnectAfter = RECONNECT_FIRST;
    private boolean welcomed;
    private long heartbeats;
    /** What the servers asked for last. */
    private Optional<Duration> heartbeatEvery = Optional.empty();

    private Optional<Loop.Timer> beat = Optional.empty();
    private final Silence silence;
    private Optional<Loop.Timer> silenceWatch = Optional.empty();
    private Duration helloAt = Duration.ZERO;
    private Duration beatAt = Duration.ZERO;
    private boolean reportDue;
    private Instant lastReport = Instant.EPOCH;
    private boolean closed;
    private boolean leaving;

    /** The parts' {@code changed} is replaced by this client's own. */
    public Client(Loop loop, Transport transport, NodeSpec node, AllocationRunner.Parts parts) {
        this(loop, transport, node, parts, ENDED_KEPT);
    }

    /** The same; of ended allocations only so many, the youngest, stay readable. */
    public Client(Loop loop, Transport transport, NodeSpec node, AllocationRunner.Parts parts, int endedKept) {
        this.loop = loop;
        this.endedKept = endedKept;
        this.transport = transport;
        this.node = node;
        this.silence = new Silence(loop.uptime());
        this.parts = new AllocationRunner.Parts(
                parts.hooks(), parts.tasks(), parts.observers(), parts.shelf(), this::changed);
    }

    /** Takes over what an earlier agent ran, then connects. */
    public void start() {
        loop.execute(() -> {
            for (Kept kept : parts.shelf().all()) {
                runners.put(kept.id(), AllocationRunner.adopted(loop, parts, kept));
            }
            connect();
            watchSilence();
        });
    }

    /** Also hands messages of the servers to the listener, on the loop. */
    public void listen(Consumer<Message.ToNode> listener) {
        loop.execute(() -> listeners.add(listener));
    }

    /** Sends to the server, when there is a stream. On the loop only. */
    public boolean send(Message.ToServer message) {
        link.filter(it -> welcomed).ifPresent(open -> open.send(message));
        return link.isPresent() && welcomed;
    }

    /** Something about the node changed; the servers learn of it. */
    public void changed(NodeSpec newNode) {
        loop.execute(() -> {
            node = newNode;
            helloAt = loop.uptime();
            link.ifPresent(open -> open.send(new Message.Hello(newNode)));
        });
    }

    /** True while a server has taken this node in. On the loop only. */
    public boolean isConnected() {
        return welcomed && link.isPresent();
    }

    /** After what time the servers want the next heartbeat; empty before they said so. On the loop only. */
    public Optional<Duration> heartbeatEvery() {
        return heartbeatEvery;
    }

    /** The allocation's runner, if the node knows it. On the loop only. */
    public Optional<AllocationRunner> runner(AllocationId id) {
        return Optional.ofNullable(runners.get(id));
    }

    /** All runners. On the loop only. */
    public List<AllocationRunner> runners() {
        return new ArrayList<>(runners.values());
    }

    private void connect() {
        if (closed) {
            return;
        }
        welcomed = false;
        var end = new Stream();
        var opened = transport.connect(end);
        link = Optional.of(opened);
        helloAt = loop.uptime();
        opened.send(new Message.Hello(node));
    }

    private final class Stream implements Link.End {
        @Override
        public void received(Message message) {
            loop.execute(() -> {
                if (message instanceof Message.ToNode known && !closed) {
                    Client.this.received(known);
                }
            });
        }

        @Override
        public void closed(String reason) {
            loop.execute(() -> {
                if (closed) {
                    return;
                }
                LOG.log(Level.WARNING, "stream to the servers lost, tasks go on reason=" + reason);
                link = Optional.empty();
                welcomed = false;
                watchSilence();
                loop.after(reconnectAfter, Client.this::connect);
                var doubled = reconnectAfter.multipliedBy(2);
                reconnectAfter = doubled.compareTo(RECONNECT_LONGEST) > 0 ? RECONNECT_LONGEST : doubled;
            });
        }
    }

    /** While there is no server, looks every now and then what must not run without one. */
    private void watchSilence() {
        silenceWatch.ifPresent(Loop.Timer::cancel);
        silenceWatch = Optional.empty();
        if (!closed && !welcomed) {
            silence.look(runners(), loop.uptime());
            silenceWatch = Optional.of(loop.after(SILENCE_LOOKED_AT_EVERY, this::watchSilence));
        }
    }

    private void received(Message.ToNode message) {
        switch (message) {
            case Message.Welcome welcome -> welcomed(welcome);
            case Message.Assignments assignments -> assigned(assignments);
            case Message.MeshConfiguration configuration -> {}
            case Message.LeafSigned signed -> {}
            case Message.DataFound found -> {}
            case Message.EndsTaken taken -> endsTaken(taken.allocations());
            case Message.HeartbeatTaken taken -> heartbeatTaken(taken);
        }
        listeners.forEach(listener -> listener.accept(message));
    }

    private void welcomed(Message.Welcome welcome) {
        welcomed = true;
        silence.answered(helloAt);
        reconnectAfter = RECONNECT_FIRST;
        var open = link.orElseThrow();
        beatAfter(welcome.heartbeatEvery(), open);
        open.send(new Message.Reports(runners.values().stream()
                .map(runner -> new Message.Report(runner.id(), runner.state()))
                .toList()));
        unreported.clear();
    }

    private void heartbeatTaken(Message.HeartbeatTaken taken) {
        if (taken.number() == heartbeats) {
            silence.answered(beatAt);
            link.ifPresent(open -> beatAfter(taken.next(), open));
        }
    }

    /** One heartbeat, and the next when it is answered: a server that does not answer is none. */
    private void beatAfter(Duration time, Link stream) {
        heartbeatEvery = Optional.of(time);
        beat.ifPresent(Loop.Timer::cancel);
        beat = Optional.of(loop.after(time, () -> {
            if (!closed && link.filter(current -> current == stream).isPresent()) {
                heartbeats++;
                beatAt = loop.uptime();
                silence.look(runners(), beatAt);
                stream.send(new Message.Heartbeat(node.id(), heartbeats));
                beat = Optional.of(loop.after(ANSWER_WITHIN, () -> stream.close("a heartbeat was not answered")));
            }
        }));
    }

    private void assigned(Message.Assignments assignments) {
        if (leaving) {
            return;
        }
        var named = new TreeSet<AllocationId>();
        for (Message.Assignment assignment : assignments.assignments()) {
            named.add(assignment.allocation().id());
            assign(assignment);
        }
        if (assignments.whole()) {
            for (AllocationRunner runner : runners()) {
                if (!named.contains(runner.id())) {
                    runner.stop();
                    if (runner.isEnded() && !isAwaited(runner)) {
                        forget(runner);
                    }
                }
            }
        }
        beginReady();
    }

    private void assign(Message.Assignment assignment) {
        Allocation allocation = assignment.allocation();
        var existing = runners.get(allocation.id());
        if (existing != null) {
            existing.assigned(allocation, assignment.job());
            return;
        }
        if (allocation.desiredStatus() != DesiredStatus.RUN
                || allocation.client().status().isTerminal()) {
            if (!allocation.client().status().isTerminal()) {
                reportNeverRun(allocation);
            }
            return;
        }
        runners.put(allocation.id(), AllocationRunner.fresh(loop, parts, assignment));
    }

    /** An allocation that was stopped before this node knew of it. */
    private void reportNeverRun(Allocation allocation) {
        var client = allocation.client();
        var state = new dev.steppe.model.ClientState(
                ClientStatus.COMPLETE,
                "stopped before it started",
                client.taskStates(),
                client.health(),
                client.networkStatus(),
                client.checks(),
                client.refusals());
        send(new Message.Reports(List.of(new Message.Report(allocation.id(), state))));
    }

    /** Begins what waits and has no stopping predecessor or holder of its ports left here. */
    private void beginReady() {
        for (AllocationRunner runner : runners()) {
            if (!runner.isWaiting()) {
                continue;
            }
            boolean waits = runners.values().stream().anyMatch(other -> blocks(other, runner));
            if (!waits) {
                runner.begin();
            }
        }
    }

    private static boolean blocks(AllocationRunner other, AllocationRunner runner) {
        if (other == runner || other.isEnded()) {
            return false;
        }
        boolean predecessor =
                runner.allocation().previous().filter(other.id()::equals).isPresent()
                        || runner.allocation().preemptedAllocations().contains(other.id());
        return other.isStopping()
                && (predecessor
                        || other.allocation()
                                .allocatedResources()
                                .collidesWith(runner.allocation().allocatedResources()));
    }

    private void changed(AllocationRunner runner) {
        unreported.add(runner.id());
        reportSoon();
        if (runner.isEnded()) {
            loop.execute(this::beginReady);
        }
    }

    private void endsTaken(List<AllocationId> allocations) {
        settled.addAll(allocations);
        settled.retainAll(runners.keySet());
        forgetOldest();
    }

    /** Only ends that the servers have written down are forgotten: a forgotten one would be taken for new. */
    private void forgetOldest() {
        var ended = settled.stream()
                .map(id -> Optional.ofNullable(runners.get(id)))
                .flatMap(Optional::stream)
                .filter(runner -> runner.isEnded() && !isAwaited(runner) && !holdsData(runner))
                .sorted(Comparator.comparing(runner -> runner.allocation().modifyTime()))
                .toList();
        for (int i = 0; i < ended.size() - endedKept; i++) {
            forget(ended.get(i));
        }
    }

    /** Its replacement may be about to take over its data. */
    private boolean isAwaited(AllocationRunner ended) {
        return runners.values().stream()
                .anyMatch(heir -> heir.isBeginning()
                        && heir.allocation()
                                .previous()
                                .filter(ended.id()::equals)
                                .isPresent());
    }

    /** Another node may be about to ask for its data; when the servers forget the allocation, none will. */
    private boolean holdsData(AllocationRunner ended) {
        return ended.surroundings().group().ephemeralDisk().migrate()
                && !handedOver.contains(ended.id())
                && (ended.allocation().desiredStatus() != DesiredStatus.RUN
                        || ended.state().status() != ClientStatus.COMPLETE);
    }

    /** Another node has the data of an ended allocation. On the loop only. */
    public void handedOver(AllocationId allocation) {
        if (runners.containsKey(allocation)) {
            handedOver.add(allocation);
        }
    }

    private void forget(AllocationRunner runner) {
        runners.remove(runner.id());
        handedOver.remove(runner.id());
        settled.remove(runner.id());
        runner.forget();
    }

    private void reportSoon() {
        if (!reportDue && !closed) {
            reportDue = true;
            // The first change after a calm moment travels at once, with all that the same action brings.
            var next = Duration.between(loop.now(), lastReport.plus(REPORT_AFTER));
            if (next.isPositive() && next.compareTo(REPORT_AFTER) <= 0) {
                loop.after(next, this::report);
            } else {
                loop.execute(this::report);
            }
        }
    }

    private void report() {
        reportDue = false;
        lastReport = loop.now();
        if (!welcomed || unreported.isEmpty()) {
            return;
        }
        var reports = new ArrayList<Message.Report>();
        for (AllocationId id : unreported) {
            var runner = runners.get(id);
            if (runner != null) {
                reports.add(new Message.Report(id, runner.state()));
            }
        }
        unreported.clear();
        if (!reports.isEmpty()) {
            send(new Message.Reports(reports));
        }
    }

    /** Lets go of everything; what runs goes on. To be called before the loop is closed. Idempotent. */
    @Override
    public void close() {
        loop.execute(() -> {
            closed = true;
            link.ifPresent(open -> open.close("the agent stops"));
        });
    }

    /** Stops everything this node runs, takes nothing new, and calls back when nothing is left. */
    public void stopAll(Runnable then) {
        loop.execute(() -> {
            // the servers replace what ends here, and would do so here
            leaving = true;
            runners.values().forEach(AllocationRunner::stopNow);
            whenAllEnded(then);
        });
    }

    private void whenAllEnded(Runnable then) {
        if (runners.values().stream().allMatch(AllocationRunner::isEnded)) {
            then.run();
        } else {
            loop.after(Duration.ofMillis(20), () -> whenAllEnded(then));
        }
    }
}
