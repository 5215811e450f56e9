package dev.steppe.state;

import java.util.Optional;

/** Applies changes of how placements are decided to a draft. */
final class SchedulerSettings {
    private final Draft draft;

    SchedulerSettings(Draft draft) {
        this.draft = draft;
    }

    Optional<String> set(Command.SetSchedulerConfiguration command) {
        var before = draft.scheduler;
        long current = before.modifyIndex();
        if (command.checkIndex().isPresent() && command.checkIndex().get() != current) {
            return Optional.of("the scheduler configuration has index " + current + ", not "
                    + command.checkIndex().get() + "; read it again and decide anew");
        }
        draft.scheduler = command.configuration()
                .stored(before.createIndex() == 0 ? draft.index : before.createIndex(), draft.index);
        // Other limits, other victims: what waits for room is to be looked at again.
        draft.publish(new Event.Other(Table.SCHEDULER_CONFIGURATION));
        return Optional.empty();
    }
}
