package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DisconnectStrategy;
import dev.steppe.model.Node;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.Task;
import dev.steppe.model.TaskGroup;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What the state of its node means for an instance that is wanted and has not ended. Silence of a node alone says nothing
 * about its tasks, so what may happen to them is what their group says under {@code disconnect}.
 */
public sealed interface NodeFate {

    /** It is where it should be. */
    record Stays() implements NodeFate {}

    /** Somebody wants another instance in its place. */
    record Migrates() implements NodeFate {}

    /** It is given up, and another takes its place. */
    record Lost() implements NodeFate {}

    /** Nothing is known of it, and nothing takes its place before it is lost: then, or never. */
    record Awaited(Optional<Instant> until) implements NodeFate {}

    /** Nothing is known of it; another takes its place until it comes back, or is lost then. */
    record Covered(Instant until) implements NodeFate {}

    /** The fate of an instance on that node; empty when the node is forgotten. */
    static NodeFate of(Optional<Node> node, Allocation allocation, TaskGroup group, Instant now) {
        if (node.isEmpty()) {
            return new Lost();
        }
        return switch (node.get().status()) {
            case READY -> allocation.desiredTransition().migrate() ? new Migrates() : new Stays();
            case INITIALIZING -> new Stays();
            case DOWN, DISCONNECTED -> ofSilent(node.get(), allocation, group, now);
        };
    }

    private static NodeFate ofSilent(Node node, Allocation allocation, TaskGroup group, Instant now) {
        if (group.disconnect().isEmpty()) {
            return new Lost();
        }
        var disconnect = group.disconnect().get();
        var silentSince = node.statusUpdatedAt();
        if (disconnect.stopOnClientAfter().isPresent()) {
            var stopped = silentSince.plus(disconnect.stopOnClientAfter().get()).plus(endsWithin(group));
            return now.isBefore(stopped) ? new Awaited(Optional.of(stopped)) : new Lost();
        }
        if (allocation.client().status() == ClientStatus.PENDING) {
            return new Lost();
        }
        var window = window(disconnect);
        if (window.isEmpty()) {
            return disconnect.replace() ? new Lost() : new Awaited(Optional.empty());
        }
        var end = silentSince.plus(window.get());
        if (node.status() == NodeStatus.DOWN || !now.isBefore(end)) {
            return new Lost();
        }
        return disconnect.replace() ? new Covered(end) : new Awaited(Optional.of(end));
    }

    private static Optional<Duration> window(DisconnectStrategy disconnect) {
        return disconnect.lostAfter().filter(after -> !after.isZero());
    }

    /** How long the tasks of a group take to end at most, one after the other. */
    private static Duration endsWithin(TaskGroup group) {
        var all = group.shutdownDelay();
        for (Task task : group.tasks()) {
            all = all.plus(task.shutdownDelay()).plus(task.killTimeout());
        }
        return all;
    }

    /**
     * True when a node that fell silent is to be called disconnected and not down for the sake of this allocation: it ran,
     * and the time its group gives it to come back is not over.
     */
    static boolean keepsHope(Node node, Allocation allocation, TaskGroup group, Instant now) {
        var window = group.disconnect().flatMap(NodeFate::window);
        boolean ran = allocation.client().status() == ClientStatus.RUNNING
                || allocation.client().status() == ClientStatus.UNKNOWN;
        if (allocation.isTerminal() || !ran || window.isEmpty()) {
            return false;
        }
        var since = node.status() == NodeStatus.DISCONNECTED ? node.statusUpdatedAt() : now;
        return now.isBefore(since.plus(window.get()));
    }
}
