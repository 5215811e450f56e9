package dev.steppe.state;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.DrainMetadata;
import dev.steppe.model.DrainStatus;
import dev.steppe.model.DrainStrategy;
import dev.steppe.model.Evaluation;
import dev.steppe.model.Job;
import dev.steppe.model.Node;
import dev.steppe.model.NodeEvent;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodePool;
import dev.steppe.model.NodeStatus;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What commands change about nodes and their pools; each change that people look for later is noted as an event. */
final class NodeChanges {
    private static final String CLUSTER = "Cluster";
    private static final String DRAIN = "Drain";
    private static final SortedMap<String, String> NO_DETAILS = Collections.emptySortedMap();

    private final Snapshot before;
    private final Draft draft;
    private final Instant at;

    NodeChanges(Snapshot before, Draft draft, Instant at) {
        this.before = before;
        this.draft = draft;
        this.at = at;
    }

    Optional<String> register(Command.RegisterNode command) {
        var spec = command.spec();
        var existing = before.node(spec.id());
        if (before.nodePool(spec.nodePool()).isEmpty()) {
            put(NodePool.named(spec.nodePool(), ""));
        }
        if (existing.isEmpty()) {
            keep(noted(Node.fresh(spec, at, draft.index), CLUSTER, "Node registered", NO_DETAILS));
        } else if (existing.get().status() == NodeStatus.READY || existing.get().status() == NodeStatus.INITIALIZING) {
            keep(existing.get().with(spec));
        } else {
            var back = existing.get().with(spec).with(NodeStatus.INITIALIZING, "is asked what became of it", at);
            keep(noted(back, CLUSTER, "Node heard of again", NO_DETAILS));
        }
        return evaluate(command.evaluations());
    }

    Optional<String> change(Command.SetNodeStatus command) {
        return changed(command.node(), command.evaluations(), node -> {
            var changed = node.with(command.status(), command.reason(), at);
            if (command.status() == NodeStatus.DOWN) {
                endsUnseen(node.id());
            }
            return node.status() == command.status()
                    ? changed
                    : noted(changed, CLUSTER, "Node is " + word(command.status()), reason(command.reason()));
        });
    }

    Optional<String> change(Command.SetNodeEligibility command) {
        return changed(command.node(), command.evaluations(), node -> {
            var changed = node.with(command.eligibility());
            return node.eligibility().equals(command.eligibility())
                    ? changed
                    : noted(
                            changed,
                            CLUSTER,
                            "Node marked as " + command.eligibility() + " for scheduling",
                            NO_DETAILS);
        });
    }

    Optional<String> drain(Command.DrainNode command) {
        return changed(command.node(), command.evaluations(), node -> {
            var begun = node.drain().map(DrainStrategy::startedAt);
            var strategy = command.strategy().begunAt(begun.orElse(at));
            var meta = command.meta().isEmpty() && begun.isPresent()
                    ? node.lastDrain().map(DrainMetadata::meta).orElse(NO_DETAILS)
                    : command.meta();
            var remembered = new DrainMetadata(strategy.startedAt(), at, DrainStatus.DRAINING, "", meta);
            return noted(
                    node.with(Node.INELIGIBLE).with(Optional.of(strategy), remembered),
                    DRAIN,
                    begun.isPresent() ? "Node drain strategy updated" : "Node drain strategy set",
                    NO_DETAILS);
        });
    }

    Optional<String> end(Command.EndDrain command) {
        return changed(command.node(), command.evaluations(), node -> {
            if (node.drain().isEmpty()) {
                return command.eligible() ? node.with(Node.ELIGIBLE) : node;
            }
            var meta = command.meta().isEmpty()
                    ? node.lastDrain().map(DrainMetadata::meta).orElse(NO_DETAILS)
                    : command.meta();
            var status = command.complete() ? DrainStatus.COMPLETE : DrainStatus.CANCELLED;
            var remembered = new DrainMetadata(node.drain().get().startedAt(), at, status, "", meta);
            return noted(
                    node.with(command.eligible() ? Node.ELIGIBLE : Node.INELIGIBLE)
                            .with(Optional.empty(), remembered),
                    DRAIN,
                    command.complete() ? "Node drain complete" : "Node drain strategy disabled",
                    command.details());
        });
    }

    Optional<String> remove(Command.RemoveNodes command) {
        for (NodeId id : command.nodes()) {
            before.node(id).ifPresent(draft::remove);
            endsUnseen(id);
        }
        return evaluate(command.evaluations());
    }

    Optional<String> put(NodePool pool) {
        if (NodePool.isBuiltIn(pool.name())) {
            return Optional.of("node pool \"" + pool.name() + "\" is always there and cannot be changed");
        }
        long first = before.nodePool(pool.name()).map(NodePool::createIndex).orElse(draft.index);
        draft.put(pool.stored(first, draft.index));
        return Optional.empty();
    }

    Optional<String> delete(String name) {
        if (NodePool.isBuiltIn(name)) {
            return Optional.of("node pool \"" + name + "\" is always there and cannot be deleted");
        }
        if (before.nodePool(name).isEmpty()) {
            return Optional.of("node pool not found: there is no node pool \"" + name + "\"");
        }
        for (Node node : before.nodes()) {
            if (node.spec().nodePool().equals(name)) {
                return Optional.of("node pool \"" + name + "\" has nodes, such as "
                        + node.spec().name() + "; give them another pool or remove them first");
            }
        }
        for (Job job : before.jobs()) {
            if (job.spec().nodePool().equals(name) && !job.stop()) {
                return Optional.of("node pool \"" + name + "\" is used by jobs, such as " + job.key()
                        + "; stop them or give them another pool first");
            }
        }
        draft.removeNodePool(name);
        return Optional.empty();
    }

    /** Nobody will tell how those ended that were to stop there. */
    private void endsUnseen(NodeId node) {
        for (Allocation allocation : before.allocationsOn(node)) {
            if (allocation.desiredStatus() != DesiredStatus.RUN
                    && !allocation.client().status().isTerminal()) {
                draft.put(
                        allocation
                                .reported(ClientStatus.LOST, "its node was lost before it had stopped")
                                .stored(draft.index, at),
                        true);
            }
        }
    }

    @FunctionalInterface
    private interface Change {
        Node of(Node node);
    }

    private Optional<String> changed(NodeId id, List<Evaluation> evaluations, Change change) {
        var existing = before.node(id);
        if (existing.isEmpty()) {
            return Optional.of("node " + id + " is not registered");
        }
        keep(change.of(existing.get()));
        return evaluate(evaluations);
    }

    private void keep(Node node) {
        draft.put(node.stored(draft.index));
    }

    private Optional<String> evaluate(List<Evaluation> evaluations) {
        draft.putAll(evaluations, at);
        return Optional.empty();
    }

    private Node noted(Node node, String subsystem, String message, SortedMap<String, String> details) {
        return node.noted(new NodeEvent(message, subsystem, details, at, draft.index));
    }

    private static SortedMap<String, String> reason(String text) {
        var details = new TreeMap<String, String>();
        if (!text.isEmpty()) {
            details.put("reason", text);
        }
        return Collections.unmodifiableSortedMap(details);
    }

    private static String word(NodeStatus status) {
        return status.name().toLowerCase(Locale.ROOT);
    }
}
