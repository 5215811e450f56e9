package dev.steppe.server;

import dev.steppe.model.AutopilotSettings;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes down what the configuration of servers says of a region for which nobody has said it yet. */
final class InitialWords implements Controller {
    private final Server.Initial initial;

    InitialWords(Server.Initial initial) {
        this.initial = initial;
    }

    @Override
    public String name() {
        return "initial words";
    }

    @Override
    public List<Command> decide(Snapshot snapshot, Instant now) {
        var commands = new ArrayList<Command>();
        if (snapshot.schedulerConfiguration().modifyIndex() == 0
                && !initial.scheduling().equals(SchedulerConfiguration.standard())) {
            commands.add(new Command.SetSchedulerConfiguration(initial.scheduling(), Optional.of(0L), now));
        }
        if (snapshot.autopilot().modifyIndex() == 0 && !initial.autopilot().equals(AutopilotSettings.standard())) {
            commands.add(new Command.PutAutopilot(initial.autopilot(), Optional.of(0L), now));
        }
        return commands;
    }
}
