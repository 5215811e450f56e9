package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.model.Refusal;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
import java.util.Optional;
import java.util.function.Consumer;

/** How operators change the way placements are decided. May be called from any thread; replies come on the server's loop. */
public final class SchedulerEndpoint {
    private final Loop loop;
    private final Store store;
    private final Proposals proposals;

    SchedulerEndpoint(Loop loop, Store store, Proposals proposals) {
        this.loop = loop;
        this.store = store;
        this.proposals = proposals;
    }

    /**
     * Sets the configuration as a whole; with {@code checkIndex}, only if that is the index of its last change. The reply's
     * value is whether it was set.
     */
    public void set(SchedulerConfiguration wanted, Optional<Long> checkIndex, Consumer<Reply<Boolean>> then) {
        loop.execute(() -> {
            var problem = problem(wanted);
            if (problem.isPresent()) {
                then.accept(Reply.refused(Refusal.invalid(problem.get())));
                return;
            }
            proposals.propose(new Command.SetSchedulerConfiguration(wanted, checkIndex, loop.now()), reply -> {
                switch (reply) {
                    case Reply.Done<Long> done -> then.accept(new Reply.Done<>(true, done.index()));
                    case Reply.Refused<Long> refused -> then.accept(overtaken(checkIndex, refused));
                }
            });
        });
    }

    private Reply<Boolean> overtaken(Optional<Long> checkIndex, Reply.Refused<Long> refused) {
        var now = store.snapshot();
        boolean changed = checkIndex
                .filter(index -> index != now.schedulerConfiguration().modifyIndex())
                .isPresent();
        return changed ? new Reply.Done<>(false, now.index()) : Reply.refused(refused.refusal());
    }

    private static Optional<String> problem(SchedulerConfiguration wanted) {
        if (!SchedulerConfiguration.ALGORITHMS.contains(wanted.algorithm())) {
            return Optional.of("scheduler algorithm \"" + wanted.algorithm() + "\" is not known: use one of "
                    + String.join(", ", SchedulerConfiguration.ALGORITHMS));
        }
        return wanted.nodeLimitForFeasibilityChecks() < 0
                ? Optional.of("NodeLimitForFeasibilityChecks must not be negative")
                : Optional.empty();
    }
}
