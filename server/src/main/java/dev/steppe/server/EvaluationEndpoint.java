package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.Refusal;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What may be asked about evaluations. Methods may be called from any thread; replies come on the server's loop. */
public final class EvaluationEndpoint {
    private final Loop loop;
    private final Store store;
    private final Proposals proposals;

    EvaluationEndpoint(Loop loop, Store store, Proposals proposals) {
        this.loop = loop;
        this.store = store;
        this.proposals = proposals;
    }

    /** Forgets evaluations that are over, blocked or wait for a time; all of them or none. */
    public void delete(List<EvaluationId> ids, Consumer<Reply<Long>> then) {
        loop.execute(() -> {
            for (EvaluationId id : ids) {
                var problem = problem(id);
                if (problem.isPresent()) {
                    then.accept(Reply.refused(problem.get()));
                    return;
                }
            }
            proposals.propose(new Command.Collect(ids, List.of(), List.of(), List.of(), loop.now()), then);
        });
    }

    private Optional<Refusal> problem(EvaluationId id) {
        var evaluation = store.snapshot().evaluation(id);
        if (evaluation.isEmpty()) {
            return Optional.of(Refusal.notFound("eval not found: " + id));
        }
        boolean planned = evaluation.get().status() == EvaluationStatus.PENDING
                && !evaluation.get().waitUntil().isAfter(loop.now());
        return planned
                ? Optional.of(Refusal.invalid("evaluation " + id
                        + " is being planned; it can be deleted when it is over," + " blocked or waits"))
                : Optional.empty();
    }
}
