package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.Evaluation;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobType;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.NodeStatus;
import dev.steppe.state.Command;
import dev.steppe.state.Event;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import dev.steppe.wire.Link;
import dev.steppe.wire.Message;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** The streams of the nodes: takes nodes in, hands out assignments, takes reports. Owned by the server's loop. */
final class NodeSessions {
    private static final System.Logger LOG = System.getLogger(NodeSessions.class.getName());

    private final Loop loop;
    private final Store store;
    private final Proposals proposals;
    private final Certificates certificates;
    private final NodeData data;
    private final Heartbeats heartbeats;
    private final NodeEvaluations nodeEvaluations;
    private final Stragglers stragglers;
    private final TreeMap<NodeId, Session> sessions = new TreeMap<>();
    private final List<Consumer<NodeId>> joinListeners = new ArrayList<>();
    private final AssignmentTurns turns;
    private Entitlement entitlement = (node, allocation, service) -> false;

    NodeSessions(
            Loop loop,
            Store store,
            Proposals proposals,
            Certificates certificates,
            NodeData data,
            Heartbeats heartbeats,
            NodeEvaluations nodeEvaluations,
            Stragglers stragglers) {
        this.loop = loop;
        this.store = store;
        this.proposals = proposals;
        this.certificates = certificates;
        this.data = data;
        this.heartbeats = heartbeats;
        this.nodeEvaluations = nodeEvaluations;
        this.stragglers = stragglers;
        turns = new AssignmentTurns(loop, new Newest());
    }

    /** Which identities a node may ask for: those of the sidecars it was told to serve, and no others. */
    @FunctionalInterface
    interface Entitlement {
        boolean isEntitled(NodeId node, AllocationId allocation, String service);
    }

    void entitle(Entitlement rule) {
        entitlement = rule;
    }

    /** Tells the listener of every node that opens a stream. */
    void onJoined(Consumer<NodeId> listener) {
        joinListeners.add(listener);
    }

    /** The end of a new stream; its first message must say who it is. */
    Link.End accept(Link link) {
        return new Session(link);
    }

    /** Gives every node time to come back to a new leader. */
    void lead() {
        heartbeats.begin(awaited(), loop.now());
    }

    /** The nodes of another state come. */
    void leadAfterRestore() {
        heartbeats.beginAfterRestore(awaited(), loop.now());
    }

    private List<NodeId> awaited() {
        var awaited = new ArrayList<NodeId>();
        for (Node node : store.snapshot().nodes()) {
            if (node.status() != NodeStatus.DOWN) {
                awaited.add(node.id());
            }
        }
        return awaited;
    }

    /** Sends every node to whoever leads now. */
    void follow() {
        stragglers.clear();
        for (Session session : List.copyOf(sessions.values())) {
            session.link.close("this server does not lead any more");
        }
    }

    /** Ends all streams; the nodes open others and tell what they have. */
    void closeAll(String reason) {
        List.copyOf(sessions.values()).forEach(session -> session.link.close(reason));
    }

    /** The nodes that have a stream here now. */
    SortedSet<NodeId> connected() {
        return new TreeSet<>(sessions.keySet());
    }

    boolean areThere() {
        return !sessions.isEmpty();
    }

    boolean isConnected(NodeId node) {
        return sessions.containsKey(node);
    }

    void send(NodeId node, Message.ToNode message) {
        var session = sessions.get(node);
        if (session != null) {
            session.link.send(message);
        }
    }

    /** Tells nodes what changed for them. */
    void applied(List<Event> events) {
        for (Event event : events) {
            if (event instanceof Event.AllocationForgotten forgotten && isConnected(forgotten.node())) {
                turns.forgotten(forgotten.node());
            }
            if (event instanceof Event.AllocationChanged changed
                    && isConnected(changed.allocation().nodeId())) {
                if (changed.byServer()) {
                    turns.changed(changed.allocation());
                } else {
                    turns.reported(changed.allocation());
                }
            }
        }
        turns.tell();
    }

    /** Says the newest, never something older: what a whole list does not name is stopped. */
    private final class Newest implements AssignmentTurns.Teller {
        @Override
        public void changed(NodeId node, Collection<Allocation> allocations) {
            var assignments = assignments(store.snapshot(), allocations);
            if (!assignments.isEmpty()) {
                send(node, Message.Assignments.of(false, assignments));
            }
        }

        @Override
        public void everything(NodeId node) {
            send(node, NodeSessions.everything(store.snapshot(), node));
        }
    }

    /** All that the node has; what it knows beyond that is gone. */
    private static Message.Assignments everything(Snapshot snapshot, NodeId node) {
        return Message.Assignments.of(true, assignments(snapshot, snapshot.allocationsOn(node)));
    }

    /** Each with its job; why it is where it is does not concern its node. */
    private static List<Message.Assignment> assignments(Snapshot snapshot, Collection<Allocation> allocations) {
        var assignments = new ArrayList<Message.Assignment>(allocations.size());
        for (Allocation allocation : allocations) {
            snapshot.jobOf(allocation)
                    .ifPresent(job -> assignments.add(
                            new Message.Assignment(allocation.withoutMetrics(), job.spec(), job.origin())));
        }
        return assignments;
    }

    private final class Session implements Link.End {
        private final Link link;
        private Optional<NodeId> node = Optional.empty();
        private Optional<NodeData.Stream> reads = Optional.empty();
        private boolean told;
        private boolean reported;
        /** Reports that are proposed and not answered: while there are any, what the state says may be old. */
        private int underway;

        Session(Link link) {
            this.link = link;
        }

        @Override
        public void received(Message message) {
            if (!(message instanceof Message.ToServer known)) {
                link.close("a node must not send " + message.getClass().getSimpleName());
                return;
            }
            switch (known) {
                case Message.Hello hello -> hello(hello);
                case Message.Heartbeat heartbeat -> heartbeat(heartbeat);
                case Message.Reports reports -> reports(reports.reports());
                case Message.SignLeaf sign -> sign(sign);
                case Message.WatchData watch -> reads.ifPresent(stream -> stream.watch(watch));
                case Message.ForgetData forget -> reads.ifPresent(stream -> stream.forget(forget.request()));
            }
        }

        private void hello(Message.Hello hello) {
            var id = hello.node().id();
            if (link.provenNode().filter(proven -> !proven.equals(id.value())).isPresent()) {
                link.close("the certificate of this agent is for node "
                        + link.provenNode().get() + ", not for " + id
                        + ": it needs one of its own, join again with a token");
                return;
            }
            var before = store.snapshot().node(id);
            boolean asBefore = before.isPresent()
                    && before.get().isEligible()
                    && before.get().spec().equals(hello.node());
            List<Evaluation> evaluations = asBefore ? List.of() : nodeEvaluations.ofNode(store.snapshot(), id);
            heard(id);
            proposals.propose(new Command.RegisterNode(hello.node(), evaluations, loop.now()), reply -> {
                switch (reply) {
                    case Reply.Done<Long> done -> welcome(id, before.map(Node::spec), hello.node());
                    case Reply.Refused<Long> refused ->
                        link.close(refused.refusal().message());
                }
            });
        }

        private void welcome(NodeId id, Optional<NodeSpec> before, NodeSpec now) {
            node = Optional.of(id);
            reads = reads.or(() -> Optional.of(data.open(id, link)));
            var older = sessions.put(id, this);
            if (older != null && older != this) {
                older.link.close("the node opened another stream");
            }
            LOG.log(
                    Level.INFO,
                    older == this
                            ? "node changed node=" + id + " what="
                                    + String.join(
                                            ",", before.map(now::differences).orElse(List.of()))
                            : "node joined node=" + id);
            link.send(new Message.Welcome(heard(id)));
            turns.drop(id);
            link.send(NodeSessions.everything(store.snapshot(), id));
            joinListeners.forEach(listener -> listener.accept(id));
        }

        private void sign(Message.SignLeaf wish) {
            boolean entitled =
                    node.isPresent() && entitlement.isEntitled(node.get(), wish.allocation(), wish.service());
            if (entitled) {
                certificates.sign(wish, link::send);
            } else {
                link.send(Certificates.refused(
                        wish,
                        "allocation " + wish.allocation() + " has no service " + wish.service()
                                + " in the mesh on this node"));
            }
        }

        private Duration heard(NodeId id) {
            return heartbeats.heard(id, loop.now(), store.snapshot().nodeCount(), loop.random());
        }

        private void heartbeat(Message.Heartbeat heartbeat) {
            if (node.isEmpty()) {
                return;
            }
            var status = store.snapshot().node(node.get()).map(Node::status);
            if (status.isEmpty() || status.get() == NodeStatus.DOWN || status.get() == NodeStatus.DISCONNECTED) {
                // others were told that it is gone: it has to begin again, and tell what became of its allocations
                link.close("the node was taken for lost, it is "
                        + status.map(Enum::name).orElse("forgotten"));
                return;
            }
            link.send(new Message.HeartbeatTaken(heartbeat.number(), heard(node.get())));
        }

        /** The first reports of a stream are about all that the node has: now it is known what a returned node does. */
        private void ready() {
            if (reported || node.isEmpty()) {
                return;
            }
            reported = true;
            var snapshot = store.snapshot();
            boolean returned = snapshot.node(node.get())
                    .filter(it -> it.status() == NodeStatus.INITIALIZING)
                    .isPresent();
            if (returned) {
                proposals.propose(
                        new Command.SetNodeStatus(
                                node.get(),
                                NodeStatus.READY,
                                "",
                                nodeEvaluations.ofNode(snapshot, node.get()),
                                loop.now()),
                        reply -> {
                            if (reply instanceof Reply.Refused<Long> refused) {
                                link.close(
                                        "not taken back: " + refused.refusal().message());
                            }
                        });
            }
        }

        private void reports(List<Message.Report> reports) {
            if (node.isPresent()) {
                heard(node.get());
            }
            if (reports.isEmpty()) {
                told(reports);
                ready();
                return;
            }
            var snapshot = store.snapshot();
            var news = reports.stream()
                    .filter(report -> reported || underway > 0 || isNews(snapshot, report))
                    .toList();
            if (news.isEmpty()) {
                taken(reports);
                return;
            }
            var commands = news.stream()
                    .map(report -> new Command.Report(report.allocation(), report.state()))
                    .toList();
            underway++;
            proposals.propose(
                    new Command.ReportAllocations(commands, evaluationsAfter(snapshot, news), loop.now()), reply -> {
                        underway--;
                        switch (reply) {
                            case Reply.Done<Long> done -> taken(reports);
                            case Reply.Refused<Long> refused ->
                                link.close(
                                        "report not taken: " + refused.refusal().message());
                        }
                    });
        }

        /** With each new stream a node tells of all it has, most of which servers know already. */
        private boolean isNews(Snapshot snapshot, Message.Report report) {
            return snapshot.allocation(report.allocation())
                    .filter(known -> known.heard(report.state()).equals(known))
                    .isEmpty();
        }

        private void taken(List<Message.Report> reports) {
            endsTaken(reports);
            told(reports);
            ready();
        }

        private void told(List<Message.Report> reports) {
            var current = node.filter(id -> sessions.get(id) == this);
            if (current.isPresent() && !told) {
                told = true;
                stragglers.begin(current.get());
            }
            current.ifPresent(id -> stragglers.told(id, reports, store.snapshot()));
        }

        private void endsTaken(List<Message.Report> reports) {
            var ended = reports.stream()
                    .filter(report -> report.state().status().isTerminal())
                    .map(Message.Report::allocation)
                    .toList();
            if (!ended.isEmpty()) {
                link.send(new Message.EndsTaken(ended));
            }
        }

        @Override
        public void closed(String reason) {
            reads.ifPresent(NodeData.Stream::close);
            node.filter(id -> sessions.get(id) == this).ifPresent(id -> {
                sessions.remove(id);
                turns.drop(id);
                LOG.log(Level.INFO, "node stream closed node=" + id + " reason=" + reason);
            });
        }
    }

    /** Ends let the scheduler go on with their jobs. */
    private List<Evaluation> evaluationsAfter(Snapshot snapshot, List<Message.Report> reports) {
        var triggers = new TreeMap<JobKey, String>();
        for (Message.Report report : reports) {
            var before = snapshot.allocation(report.allocation());
            if (before.isEmpty()) {
                continue;
            }
            trigger(snapshot, before.get(), report)
                    .ifPresent(it -> triggers.put(before.get().jobKey(), it));
        }
        var evaluations = new ArrayList<Evaluation>();
        triggers.forEach((key, trigger) -> snapshot.job(key)
                .filter(job -> !job.stop())
                .ifPresent(job -> evaluations.add(Evaluations.of(job, trigger, loop.now(), loop.random()))));
        return evaluations;
    }

    private static Optional<String> trigger(Snapshot snapshot, Allocation before, Message.Report report) {
        var status = report.state().status();
        boolean backAgain = before.client().status() == ClientStatus.UNKNOWN && status != ClientStatus.UNKNOWN;
        if (backAgain && before.desiredStatus() == dev.steppe.model.DesiredStatus.RUN) {
            return Optional.of("reconnect");
        }
        boolean ended = status.isTerminal() && !before.client().status().isTerminal();
        if (ended && before.desiredStatus() == dev.steppe.model.DesiredStatus.RUN) {
            var type = snapshot.jobOf(before).map(job -> job.spec().type());
            boolean done =
                    status == ClientStatus.COMPLETE && type.map(JobType::ends).orElse(true);
            return done ? Optional.empty() : Optional.of("alloc-failure");
        }
        return Optional.empty();
    }
}
