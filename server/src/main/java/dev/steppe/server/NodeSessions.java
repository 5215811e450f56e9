package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.Evaluation;
import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobType;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.state.Command;
import dev.steppe.state.Event;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import dev.steppe.wire.Link;
import dev.steppe.wire.Message;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    private final Duration heartbeatEvery;
    private final TreeMap<NodeId, Session> sessions = new TreeMap<>();
    private final TreeMap<NodeId, Instant> lastHeard = new TreeMap<>();
    private final List<Consumer<NodeId>> joinListeners = new ArrayList<>();
    private Entitlement entitlement = (node, allocation, service) -> false;

    NodeSessions(
            Loop loop,
            Store store,
            Proposals proposals,
            Certificates certificates,
            NodeData data,
            Duration heartbeatEvery) {
        this.loop = loop;
        this.store = store;
        this.proposals = proposals;
        this.certificates = certificates;
        this.data = data;
        this.heartbeatEvery = heartbeatEvery;
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

    /** When each node was last heard of; a node that is ready in the state but not here was not heard since we lead. */
    Optional<Instant> lastHeard(NodeId node) {
        return Optional.ofNullable(lastHeard.get(node));
    }

    /** Gives every ready node time to come back to a new leader. */
    void lead() {
        for (Node node : store.snapshot().nodes()) {
            lastHeard.putIfAbsent(node.id(), loop.now());
        }
    }

    /** Sends every node to whoever leads now. */
    void follow() {
        for (Session session : List.copyOf(sessions.values())) {
            session.link.close("this server does not lead any more");
        }
        // whoever leads next hears them; should it be this server again, they have time to come back
        lastHeard.clear();
    }

    /** The nodes that have a stream here now. */
    List<NodeId> connected() {
        return new ArrayList<>(sessions.keySet());
    }

    void send(NodeId node, Message.ToNode message) {
        var session = sessions.get(node);
        if (session != null) {
            session.link.send(message);
        }
    }

    /** Tells nodes what changed for them. */
    void applied(Snapshot after, List<Event> events) {
        var perNode = new TreeMap<NodeId, List<Message.Assignment>>();
        var forgetting = new TreeSet<NodeId>();
        for (Event event : events) {
            if (event instanceof Event.AllocationForgotten forgotten) {
                forgetting.add(forgotten.node());
            }
            if (event instanceof Event.AllocationChanged changed && changed.byServer()) {
                assignment(after, changed.allocation())
                        .ifPresent(assignment -> perNode.computeIfAbsent(
                                        changed.allocation().nodeId(), id -> new ArrayList<>())
                                .add(assignment));
            }
        }
        perNode.forEach((node, assignments) -> send(node, new Message.Assignments(false, assignments)));
        // the newest picture, never an older one: what a whole list does not name is stopped
        forgetting.forEach(node -> send(node, everything(store.snapshot(), node)));
    }

    /** All that the node has; what it knows beyond that is gone. */
    private static Message.Assignments everything(Snapshot snapshot, NodeId node) {
        var all = new ArrayList<Message.Assignment>();
        for (Allocation allocation : snapshot.allocationsOn(node)) {
            assignment(snapshot, allocation).ifPresent(all::add);
        }
        return new Message.Assignments(true, all);
    }

    private static Optional<Message.Assignment> assignment(Snapshot snapshot, Allocation allocation) {
        return snapshot.jobOf(allocation).map(job -> new Message.Assignment(allocation, job.spec(), job.origin()));
    }

    private final class Session implements Link.End {
        private final Link link;
        private Optional<NodeId> node = Optional.empty();
        private Optional<NodeData.Stream> reads = Optional.empty();

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
                case Message.Heartbeat heartbeat -> heard(heartbeat.node());
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
            List<Evaluation> evaluations = asBefore ? List.of() : evaluationsFor(id);
            lastHeard.put(id, loop.now());
            proposals.propose(new Command.RegisterNode(hello.node(), evaluations, loop.now()), reply -> {
                switch (reply) {
                    case Reply.Done<Long> done -> welcome(id);
                    case Reply.Refused<Long> refused ->
                        link.close(refused.refusal().message());
                }
            });
        }

        private void welcome(NodeId id) {
            node = Optional.of(id);
            reads = reads.or(() -> Optional.of(data.open(id, link)));
            var older = sessions.put(id, this);
            if (older != null && older != this) {
                older.link.close("the node opened another stream");
            }
            LOG.log(Level.INFO, "node joined node=" + id);
            link.send(new Message.Welcome(heartbeatEvery));
            link.send(everything(store.snapshot(), id));
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

        private void heard(NodeId id) {
            lastHeard.put(id, loop.now());
        }

        private void reports(List<Message.Report> reports) {
            node.ifPresent(this::heard);
            var snapshot = store.snapshot();
            var commands = reports.stream()
                    .map(report -> new Command.Report(report.allocation(), report.state()))
                    .toList();
            proposals.propose(
                    new Command.ReportAllocations(commands, evaluationsAfter(snapshot, reports), loop.now()), reply -> {
                        switch (reply) {
                            case Reply.Done<Long> done -> endsTaken(reports);
                            case Reply.Refused<Long> refused ->
                                link.close(
                                        "report not taken: " + refused.refusal().message());
                        }
                    });
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
                LOG.log(Level.INFO, "node stream closed node=" + id + " reason=" + reason);
            });
        }
    }

    /** The jobs that a node's coming or going concerns: those with something on it, and those that run everywhere. */
    List<Evaluation> evaluationsFor(NodeId node) {
        var snapshot = store.snapshot();
        var jobs = new TreeSet<JobKey>();
        snapshot.allocationsOn(node).stream()
                .filter(allocation -> !allocation.isTerminal())
                .forEach(allocation -> jobs.add(allocation.jobKey()));
        for (Job job : snapshot.jobs()) {
            if (job.spec().type().everywhere() && !job.stop()) {
                jobs.add(job.key());
            }
        }
        return jobs.stream()
                .flatMap(key -> snapshot.job(key).stream())
                .map(job -> Evaluations.ofNode(job, node, loop.now(), loop.random()))
                .toList();
    }

    /** Ends and proofs of health let the scheduler go on with their jobs. */
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
        boolean ended = status.isTerminal() && !before.client().status().isTerminal();
        if (ended && before.desiredStatus() == dev.steppe.model.DesiredStatus.RUN) {
            var type = snapshot.jobOf(before).map(job -> job.spec().type());
            boolean done =
                    status == ClientStatus.COMPLETE && type.map(JobType::ends).orElse(true);
            // where it runs everywhere there is no other node to try: its restart policy has tried this one,
            // but a newer version of the job has still to take its place
            boolean newest = snapshot.job(before.jobKey())
                    .filter(job -> job.version() == before.jobVersion())
                    .isPresent();
            boolean stays = newest && type.map(JobType::everywhere).orElse(false);
            return done || stays ? Optional.empty() : Optional.of("alloc-failure");
        }
        boolean proved = report.state().health().flatMap(it -> it.healthy()).orElse(false)
                && !before.client().health().flatMap(it -> it.healthy()).orElse(false);
        boolean updating = snapshot.allocationsOf(before.jobKey()).stream()
                .anyMatch(other -> !other.isTerminal() && other.jobVersion() < before.jobVersion());
        return proved && updating ? Optional.of("rolling-update") : Optional.empty();
    }
}
