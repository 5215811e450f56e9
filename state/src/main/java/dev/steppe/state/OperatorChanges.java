package dev.steppe.state;

import dev.steppe.model.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.security.DigestInputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
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

    Optional<String> drop(Command.DropRestore command) {
        if (draft.restoring.isEmpty() || !draft.restoring.getFirst().archive().equals(command.archive())) {
            return Optional.of("archive " + command.archive() + " is not being restored");
        }
        draft.restoring = List.of();
        draft.publish(new Event.Other(Table.OPERATOR));
        return Optional.empty();
    }

    private Optional<String> replace(List<Command.RestorePart> parts) {
        var digest = Sha256.digest();
        var contents = parts.stream()
                .<InputStream>map(part -> new ByteArrayInputStream(part.content()))
                .toList();
        try (var whole = new DigestInputStream(new SequenceInputStream(Collections.enumeration(contents)), digest)) {
            var read = SnapshotFile.read(whole);
            whole.transferTo(OutputStream.nullOutputStream());
            var archive = parts.getFirst().archive();
            var named = Command.RestorePart.named(HexFormat.of().formatHex(digest.digest()), "");
            if (archive.startsWith("sha256-") && !archive.startsWith(named)) {
                return Optional.of("the parts are not archive " + archive);
            }
            draft.replaceBy(read);
            return Optional.empty();
        } catch (IOException damaged) {
            return Optional.of("the archive holds no whole state: " + damaged);
        }
    }
}
