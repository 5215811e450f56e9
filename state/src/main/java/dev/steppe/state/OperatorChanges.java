package dev.steppe.state;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What operators change about the servers and about the state as a whole. */
final class OperatorChanges {
    private final Draft draft;

    OperatorChanges(Draft draft) {
        this.draft = draft;
    }

    Optional<String> put(Command.PutAutopilot command) {
        long present = draft.autopilot.map(it -> it.modifyIndex()).orElse(0L);
        if (command.checkIndex().isPresent() && command.checkIndex().get() != present) {
            return Optional.of("the configuration has index " + present + ", not "
                    + command.checkIndex().get() + "; read it again and decide anew");
        }
        long created = draft.autopilot.map(it -> it.createIndex()).orElse(draft.index);
        draft.autopilot = Optional.of(command.settings().written(created, draft.index));
        draft.publish(new Event.Other(Table.OPERATOR));
        return Optional.empty();
    }

    /** Fails where this program does not understand what follows. */
    Optional<String> raise(int to) {
        if (to > LogFormat.NEWEST) {
            throw new LogFormat.TooNewException(to);
        }
        draft.format = Math.max(draft.format, to);
        draft.publish(new Event.Other(Table.OPERATOR));
        return Optional.empty();
    }

    Optional<String> restore(Command.RestorePart command) {
        var before = command.part() == 0 ? List.<Command.RestorePart>of() : draft.restoring;
        boolean follows = command.part() == before.size()
                && before.stream().allMatch(part -> part.archive().equals(command.archive()))
                && command.part() < command.parts();
        if (!follows) {
            return Optional.of("part " + command.part() + " of archive " + command.archive()
                    + " is not the next one: another restore came between, begin again");
        }
        var parts = new ArrayList<>(before);
        parts.add(command);
        if (parts.size() < command.parts()) {
            draft.restoring = List.copyOf(parts);
            draft.publish(new Event.Other(Table.OPERATOR));
            return Optional.empty();
        }
        return replace(parts);
    }

    private Optional<String> replace(List<Command.RestorePart> parts) {
        var whole = new ByteArrayOutputStream();
        parts.forEach(part -> whole.writeBytes(part.content()));
        try {
            draft.replaceBy(SnapshotFile.read(new ByteArrayInputStream(whole.toByteArray())));
            return Optional.empty();
        } catch (IOException damaged) {
            return Optional.of("the archive holds no whole state: " + damaged);
        }
    }
}
