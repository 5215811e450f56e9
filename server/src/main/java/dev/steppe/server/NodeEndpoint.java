package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.model.NodeId;
import dev.steppe.model.Refusal;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
import java.util.List;
import java.util.function.Consumer;

/** What may be asked about nodes. Methods may be called from any thread; replies come on the server's loop. */
public final class NodeEndpoint {
    private final Loop loop;
    private final Store store;
    private final Proposals proposals;
    private final NodeSessions sessions;

    NodeEndpoint(Loop loop, Store store, Proposals proposals, NodeSessions sessions) {
        this.loop = loop;
        this.store = store;
        this.proposals = proposals;
        this.sessions = sessions;
    }

    /** Lets a node have new allocations or not; the reply's value is the index of the change. */
    public void setEligibility(NodeId node, boolean eligible, Consumer<Reply<Long>> then) {
        loop.execute(() -> {
            var found = store.snapshot().node(node);
            if (found.isEmpty()) {
                then.accept(Reply.refused(Refusal.notFound("node not found: there is no node " + node)));
                return;
            }
            var evaluations = eligible ? sessions.evaluationsFor(node) : List.<dev.steppe.model.Evaluation>of();
            proposals.propose(
                    new Command.SetNodeEligibility(node, eligible ? "eligible" : "ineligible", evaluations, loop.now()),
                    then);
        });
    }
}
