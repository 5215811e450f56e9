package dev.steppe.server;

import dev.steppe.model.Allocation;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeStatus;
import dev.steppe.scheduler.NodeFate;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A node whose heartbeat is overdue is down, and its jobs are looked at; it is disconnected as long as one of its
 * allocations may come back by its job's {@code disconnect { lost_after }}.
 */
final class SilentNodes implements Controller {
    private final Heartbeats heartbeats;
    private final NodeEvaluations evaluations;

    SilentNodes(Heartbeats heartbeats, NodeEvaluations evaluations) {
        this.heartbeats = heartbeats;
        this.evaluations = evaluations;
    }

    @Override
    public String name() {
        return "silent-nodes";
    }

    @Override
    public List<Command> decide(Snapshot snapshot, Instant now) {
        var commands = new ArrayList<Command>();
        for (NodeId id : heartbeats.silent(now)) {
            var node = snapshot.node(id);
            if (node.isEmpty() || node.get().status() == NodeStatus.DOWN) {
                heartbeats.forget(id);
            } else {
                change(snapshot, node.get(), now).ifPresent(commands::add);
            }
        }
        return commands;
    }

    private Optional<Command> change(Snapshot snapshot, Node node, Instant now) {
        boolean hopeful =
                snapshot.allocationsOn(node.id()).stream().anyMatch(it -> mayComeBack(snapshot, node, it, now));
        var status = hopeful ? NodeStatus.DISCONNECTED : NodeStatus.DOWN;
        if (node.status() == status) {
            return Optional.empty();
        }
        String reason = node.status() == NodeStatus.DISCONNECTED
                ? "none of its allocations is waited for any more"
                : "its heartbeat is overdue";
        return Optional.of(
                new Command.SetNodeStatus(node.id(), status, reason, evaluations.ofNode(snapshot, node.id()), now));
    }

    private static boolean mayComeBack(Snapshot snapshot, Node node, Allocation allocation, Instant now) {
        return snapshot.jobOf(allocation)
                .flatMap(job -> job.spec().group(allocation.taskGroup()))
                .map(group -> NodeFate.keepsHope(node, allocation, group, now))
                .orElse(false);
    }
}
