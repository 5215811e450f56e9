package dev.steppe.client.allocation;

import dev.steppe.client.allocation.AllocationHook.HookException;
import java.util.List;
import java.util.Optional;

/** The hooks of one allocation as one: prepared in order, undone in reverse. Blocking; one call at a time. */
final class AllocationSteps {
    private final List<AllocationHook> hooks;
    private final Surroundings surroundings;

    private interface Step {
        void run(AllocationHook hook) throws HookException;
    }

    AllocationSteps(List<AllocationHook> hooks, Surroundings surroundings) {
        this.hooks = hooks;
        this.surroundings = surroundings;
    }

    void prepare() throws HookException {
        for (AllocationHook hook : hooks) {
            hook.prepare(surroundings);
        }
    }

    void adopt() throws HookException {
        for (AllocationHook hook : hooks) {
            hook.adopt(surroundings);
        }
    }

    void release() throws HookException {
        undo(hook -> hook.release(surroundings));
    }

    void forget() throws HookException {
        undo(hook -> hook.forget(surroundings));
    }

    /** Every hook gets its turn, whatever happens to those before. */
    private void undo(Step step) throws HookException {
        Optional<HookException> first = Optional.empty();
        for (AllocationHook hook : hooks.reversed()) {
            try {
                step.run(hook);
            } catch (HookException failed) {
                first = first.or(() -> Optional.of(failed));
            }
        }
        if (first.isPresent()) {
            throw first.get();
        }
    }
}
