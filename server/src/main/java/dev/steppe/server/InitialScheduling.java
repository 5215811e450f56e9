package dev.steppe.server;

import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Writes down how placements are decided in a region where nobody has said it yet. */
final class InitialScheduling implements Controller {
    private final SchedulerConfiguration initial;

    InitialScheduling(SchedulerConfiguration initial) {
        this.initial = initial;
    }

    @Override
    public String name() {
        return "initial scheduling";
    }

    @Override
    public List<Command> decide(Snapshot snapshot, Instant now) {
        boolean said = snapshot.schedulerConfiguration().modifyIndex() > 0;
        return said || initial.equals(SchedulerConfiguration.standard())
                ? List.of()
                : List.of(new Command.SetSchedulerConfiguration(initial, Optional.of(0L), now));
    }
}
