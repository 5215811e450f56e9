package dev.steppe.server;

import dev.steppe.model.AllocatedResources;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.NodeId;
import dev.steppe.scheduler.Unblocking;
import dev.steppe.state.NodeUsage;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What of which node is promised to evaluations that were woken and have not been planned yet, and where others were held
 * back by that. It binds nobody: it only keeps from waking all for what one of them takes. Owned by the server's loop.
 */
final class Promises {
    private final TreeMap<EvaluationId, List<Promise>> byEvaluation = new TreeMap<>();
    private final TreeMap<NodeId, List<Promise>> byNode = new TreeMap<>();
    private final TreeMap<NodeId, HeldBack> heldBack = new TreeMap<>();
    private final TreeMap<NodeId, Left> left = new TreeMap<>();

    /** Of one node to one evaluation. Compared by identity. */
    private static final class Promise {
        private final NodeId node;
        private final Unblocking.Answer.Yes answer;

        Promise(NodeId node, Unblocking.Answer.Yes answer) {
            this.node = node;
            this.answer = answer;
        }
    }

    /**
     * That some were held back.
     *
     * @param load what was held and promised then: they did not fit beside that
     * @param until those that were planned before this index and are blocked still
     * @param anyhow they may fit also when no less is held and promised, since it is about who may go
     */
    private record HeldBack(NodeUsage load, long until, boolean anyhow) {}

    /** At this index something promised was left over; those that were planned before {@code until} have not been asked. */
    record Left(NodeId node, long until, long index) {}

    /** Ends what was promised to evaluations that are not about to be planned any more. */
    void follow(Snapshot snapshot) {
        var ended = new ArrayList<Promise>();
        byEvaluation.entrySet().removeIf(entry -> {
            boolean over = snapshot.evaluation(entry.getKey())
                    .filter(it -> it.status() == EvaluationStatus.PENDING)
                    .isEmpty();
            if (over) {
                ended.addAll(entry.getValue());
            }
            return over;
        });
        var nodes = new TreeSet<NodeId>();
        for (Promise promise : ended) {
            nodes.add(promise.node);
            var there = byNode.getOrDefault(promise.node, new ArrayList<>());
            there.remove(promise);
            if (there.isEmpty()) {
                byNode.remove(promise.node);
            }
        }
        nodes.forEach(node -> settle(snapshot, node));
    }

    private void settle(Snapshot snapshot, NodeId node) {
        var held = heldBack.get(node);
        if (held == null) {
            return;
        }
        if (held.anyhow() || !load(snapshot, node).covers(held.load())) {
            heldBack.remove(node);
            left.merge(
                    node,
                    new Left(node, held.until(), snapshot.index()),
                    (before, now) -> new Left(node, Math.max(before.until(), now.until()), now.index()));
        } else if (!byNode.containsKey(node)) {
            heldBack.remove(node);
        }
    }

    private NodeUsage load(Snapshot snapshot, NodeId node) {
        return on(node).with(snapshot.usage(node));
    }

    /** What is promised of a node. */
    Unblocking.Promised on(NodeId node) {
        var there = byNode.getOrDefault(node, List.of());
        if (there.isEmpty()) {
            return Unblocking.Promised.NOTHING;
        }
        var resources = new ArrayList<AllocatedResources>();
        there.forEach(it -> resources.addAll(it.answer.taken()));
        return new Unblocking.Promised(resources, there.stream().anyMatch(it -> it.answer.evicts()));
    }

    void add(EvaluationId evaluation, NodeId node, Unblocking.Answer.Yes answer) {
        var promise = new Promise(node, answer);
        byEvaluation.computeIfAbsent(evaluation, id -> new ArrayList<>()).add(promise);
        byNode.computeIfAbsent(node, id -> new ArrayList<>()).add(promise);
    }

    /** One that was planned before {@code until} fits on the node but for what is promised. */
    void hold(Snapshot snapshot, NodeId node, long until, boolean mayEvict) {
        boolean anyhow = mayEvict || on(node).wholly();
        var now = new HeldBack(load(snapshot, node), until, anyhow);
        heldBack.merge(
                node,
                now,
                (before, more) -> new HeldBack(
                        more.load(), Math.max(before.until(), more.until()), before.anyhow() || more.anyhow()));
    }

    /** Where something was left over since everybody was asked. */
    Collection<Left> left() {
        return Collections.unmodifiableCollection(left.values());
    }

    /** Everybody has been asked. */
    void asked() {
        left.clear();
    }
}
