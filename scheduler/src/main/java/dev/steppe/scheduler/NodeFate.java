package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.Node;
import dev.steppe.model.NodeStatus;
import dev.steppe.state.Snapshot;

/** What an allocation that has not ended is to expect from its node, and from whoever wants it away from there. */
enum NodeFate {
    /** It goes on where it is. */
    STAYS,
    /** It is to run elsewhere. */
    MIGRATES,
    /** Its node is gone. */
    LOST;

    static NodeFate of(Snapshot snapshot, Allocation allocation) {
        boolean gone = snapshot.node(allocation.nodeId())
                .map(Node::status)
                .filter(status -> status != NodeStatus.DOWN)
                .isEmpty();
        if (gone) {
            return LOST;
        }
        return allocation.desiredTransition().migrate() ? MIGRATES : STAYS;
    }
}
