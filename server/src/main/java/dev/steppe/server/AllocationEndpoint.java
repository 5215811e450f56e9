package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.model.AllocationId;
import dev.steppe.model.DesiredTransition;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.Refusal;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
import java.util.List;
import java.util.function.Consumer;

/** What may be asked about allocations. Methods may be called from any thread; replies come on the server's loop. */
public final class AllocationEndpoint {
    private final Loop loop;
    private final Store store;
    private final Proposals proposals;

    AllocationEndpoint(Loop loop, Store store, Proposals proposals) {
        this.loop = loop;
        this.store = store;
        this.proposals = proposals;
    }

    /** Stops one allocation and has the scheduler put another in its place; the reply's value is the evaluation for that. */
    public void stop(AllocationId id, boolean noShutdownDelay, Consumer<Reply<EvaluationId>> then) {
        loop.execute(() -> {
            var snapshot = store.snapshot();
            var allocation = snapshot.allocation(id);
            var job = allocation.flatMap(snapshot::jobOf);
            if (allocation.isEmpty() || job.isEmpty()) {
                then.accept(Reply.refused(Refusal.notFound("alloc not found: there is no allocation " + id)));
                return;
            }
            var evaluation = Evaluations.of(job.get(), "alloc-stop", loop.now(), loop.random());
            var command = new Command.SetTransitions(
                    List.of(id), new DesiredTransition(true, noShutdownDelay), List.of(evaluation), loop.now());
            proposals.propose(command, reply -> then.accept(reply.map(index -> evaluation.id())));
        });
    }
}
