package dev.steppe.server;

import dev.steppe.model.Allocation;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.Job;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.scheduler.Unblocking;
import dev.steppe.server.WaitingEvaluations.Waiting;
import dev.steppe.state.Command;
import dev.steppe.state.PersistentMap;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Has blocked evaluations tried again when something changed by which what they could not place would fit now: a node, what
 * runs there, whom they may evict, or how placements are decided; and cancels those that a newer evaluation of the same job
 * has overtaken. What became free is promised to those whose turn it is, to no more than it would do for; when one of them
 * leaves something over, that goes to the next.
 */
final class BlockedEvaluations implements Controller {
    /** So often at most it is asked in one round whether something fits on a node; the rest is asked in the next one. */
    private static final int LOOKS_MAX = 100_000;

    private final int looksMax;
    private WaitingEvaluations waiting = new WaitingEvaluations();
    private Room room = new Room();
    private Promises promises = new Promises();
    /** Whom the next round begins with, when the last one asked not all of them. */
    private Optional<Waiting> next = Optional.empty();
    /** Up to this index all have been asked, and nothing had become free for them. */
    private long askedUntil;

    BlockedEvaluations() {
        this(LOOKS_MAX);
    }

    BlockedEvaluations(int looksMax) {
        this.looksMax = looksMax;
    }

    @Override
    public String name() {
        return "blocked-evaluations";
    }

    @Override
    public List<Command> decide(Snapshot snapshot, Instant now) {
        room.follow(snapshot);
        var changed = new ArrayList<>(waiting.follow(snapshot));
        promises.follow(snapshot);
        if (mayBeNews(snapshot)) {
            changed.addAll(new Round(snapshot).woken());
        }
        return changed.isEmpty() ? List.of() : List.of(new Command.PutEvaluations(changed, now));
    }

    @Override
    public void forget() {
        waiting = new WaitingEvaluations();
        room = new Room();
        promises = new Promises();
        next = Optional.empty();
        askedUntil = 0;
    }

    private boolean mayBeNews(Snapshot snapshot) {
        return !waiting.isEmpty()
                && (room.isAnySince(askedUntil)
                        || !promises.left().isEmpty()
                        || snapshot.index(Table.JOBS, Table.EVALUATIONS) > askedUntil
                        || snapshot.schedulerConfiguration().modifyIndex() > askedUntil);
    }

    /** All that wait are asked in turn whether they would fit where something changed. */
    private final class Round {
        private final Snapshot snapshot;
        private final RandomGenerator random;
        private final ChangedJobs jobs;
        private final TreeMap<Long, List<Node>> changedSince = new TreeMap<>();
        private int looks;
        /** Where the last of them found room: the nodes before it have little left. */
        private int cursor;

        Round(Snapshot snapshot) {
            this.snapshot = snapshot;
            // only ports are drawn with it, and they are promised and not given
            random = new SplittableRandom(snapshot.index());
            jobs = new ChangedJobs(snapshot);
        }

        List<Evaluation> woken() {
            var woken = new ArrayList<Evaluation>();
            for (Waiting each : waiting.inTurn(next)) {
                if (looks >= looksMax) {
                    next = Optional.of(each);
                    return woken;
                }
                if (mayBeNewsFor(each) && finds(each)) {
                    woken.add(each.evaluation().with(EvaluationStatus.PENDING, ""));
                } else {
                    each.look(snapshot.index());
                }
            }
            next = Optional.empty();
            if (woken.isEmpty()) {
                askedUntil = snapshot.index();
                promises.asked();
            }
            return woken;
        }

        private boolean mayBeNewsFor(Waiting each) {
            long since = each.lookedAt();
            var configuration = snapshot.schedulerConfiguration();
            return room.isAnySince(since)
                    || !promises.left().isEmpty()
                    || configuration.modifyIndex() > since
                    || (configuration.preemption().isFor(each.evaluation().type())
                            && snapshot.index(Table.JOBS) > since);
        }

        private boolean finds(Waiting each) {
            var job = snapshot.job(each.evaluation().jobKey()).orElseThrow();
            var changed = changed(each, job);
            var left = left(each);
            if (changed.isEmpty() && left.isEmpty()) {
                return false;
            }
            var unblocking = each.unblocking(snapshot, job);
            var look = unblocking.in(snapshot, random);
            boolean found = false;
            int first = cursor < changed.size() ? cursor : 0;
            for (int i = 0; i < changed.size() && !look.isServed(); i++) {
                int at = (first + i) % changed.size();
                if (finds(each, look, changed.get(at), snapshot.index(), unblocking.mayEvict())) {
                    cursor = at;
                    found = true;
                }
            }
            for (Promises.Left again : left) {
                var node = look.isServed() ? Optional.<Node>empty() : snapshot.node(again.node());
                found |= node.isPresent() && finds(each, look, node.get(), again.until(), unblocking.mayEvict());
            }
            return found;
        }

        private boolean finds(Waiting each, Unblocking.Look look, Node node, long until, boolean mayEvict) {
            looks++;
            return switch (look.on(node, promises.on(node.id()))) {
                case Unblocking.Answer.No no -> false;
                case Unblocking.Answer.HeldBack held -> {
                    promises.hold(snapshot, node.id(), until, mayEvict);
                    yield false;
                }
                case Unblocking.Answer.Yes yes -> {
                    promises.add(each.id(), node.id(), yes);
                    yield true;
                }
            };
        }

        /** Where others left something over that it has not been asked about. */
        private List<Promises.Left> left(Waiting each) {
            return promises.left().stream()
                    .filter(it -> it.index() > each.lookedAt()
                            && it.until() > each.evaluation().snapshotIndex())
                    .toList();
        }

        /** The nodes to look at because of what changed since it was looked at. */
        private List<Node> changed(Waiting each, Job job) {
            long since = each.lookedAt();
            var configuration = snapshot.schedulerConfiguration();
            boolean anyRoom = room.isAnySince(since);
            if (configuration.modifyIndex() > since
                    || (anyRoom && each.unblocking(snapshot, job).looksBeyondNodes())) {
                return changedSince.computeIfAbsent(-1L, all -> nodes());
            }
            var freed = anyRoom
                    ? changedSince.computeIfAbsent(since, index -> nodes(room.nodesSince(index)))
                    : List.<Node>of();
            var lessImportant =
                    configuration.preemption().isFor(each.evaluation().type())
                            ? jobs.nodesSince(since)
                            : List.<NodeId>of();
            return lessImportant.isEmpty()
                    ? freed
                    : Stream.concat(freed.stream(), nodes(lessImportant.stream()).stream())
                            .toList();
        }

        private List<Node> nodes() {
            var all = new ArrayList<Node>();
            snapshot.nodes().forEach(all::add);
            looks += all.size();
            return all;
        }

        private List<Node> nodes(Stream<NodeId> ids) {
            var found = ids.flatMap(id -> snapshot.node(id).stream()).toList();
            looks += found.size();
            return found;
        }
    }

    /** The nodes in the order in which they last changed or something ended there. Follows the state by what differs. */
    private static final class Room {
        private PersistentMap<NodeId, Long> followed = PersistentMap.empty();
        private long unknownBefore;
        private final TreeMap<Long, TreeSet<NodeId>> byIndex = new TreeMap<>();

        void follow(Snapshot snapshot) {
            snapshot.freed().since(followed, (node, before, after) -> {
                before.ifPresent(index -> drop(index, node));
                after.ifPresent(index ->
                        byIndex.computeIfAbsent(index, it -> new TreeSet<>()).add(node));
            });
            followed = snapshot.freed();
            if (unknownBefore != snapshot.freedBefore()) {
                unknownBefore = snapshot.freedBefore();
                snapshot.nodes()
                        .forEach(node -> byIndex.computeIfAbsent(unknownBefore, it -> new TreeSet<>())
                                .add(node.id()));
            }
        }

        private void drop(long index, NodeId node) {
            var there = byIndex.get(index);
            if (there != null && there.remove(node) && there.isEmpty()) {
                byIndex.remove(index);
            }
        }

        boolean isAnySince(long index) {
            return !byIndex.isEmpty() && byIndex.lastKey() > index;
        }

        /** Some may be gone. */
        Stream<NodeId> nodesSince(long index) {
            return byIndex.tailMap(index, false).values().stream().flatMap(TreeSet::stream);
        }
    }

    /** The nodes with allocations of jobs that changed, which may have become less important; looked for when somebody asks. */
    private static final class ChangedJobs {
        private final Snapshot snapshot;
        private final TreeMap<Long, List<NodeId>> known = new TreeMap<>();
        private Optional<TreeMap<Long, List<Job>>> byIndex = Optional.empty();

        ChangedJobs(Snapshot snapshot) {
            this.snapshot = snapshot;
        }

        List<NodeId> nodesSince(long index) {
            return snapshot.index(Table.JOBS) > index ? known.computeIfAbsent(index, this::find) : List.of();
        }

        private TreeMap<Long, List<Job>> byIndex() {
            if (byIndex.isEmpty()) {
                var found = new TreeMap<Long, List<Job>>();
                for (Job job : snapshot.jobs()) {
                    found.computeIfAbsent(job.modifyIndex(), index -> new ArrayList<>())
                            .add(job);
                }
                byIndex = Optional.of(found);
            }
            return byIndex.get();
        }

        private List<NodeId> find(long since) {
            var nodes = new TreeSet<NodeId>();
            for (List<Job> changed : byIndex().tailMap(since, false).values()) {
                for (Job job : changed) {
                    snapshot.allocationsOf(job.key()).stream()
                            .filter(Allocation::holdsResources)
                            .forEach(it -> nodes.add(it.nodeId()));
                }
            }
            return List.copyOf(nodes);
        }
    }
}
