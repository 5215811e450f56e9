package dev.steppe.server;

import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Takes the parts of an archive out of the state when no further one came: the server that was sending them leads no
 * more, and whoever asked it begins again.
 */
final class UnfinishedRestores implements Controller {
    /** A part is in the log within milliseconds; after this long nobody sends the next one. */
    private static final Duration ABANDONED_AFTER = Duration.ofMinutes(1);

    @Override
    public String name() {
        return "unfinished-restores";
    }

    @Override
    public List<Command> decide(Snapshot snapshot, Instant now) {
        return snapshot.restoring()
                .filter(last -> last.at().plus(ABANDONED_AFTER).isBefore(now))
                .<List<Command>>map(last -> List.of(new Command.DropRestore(last.archive(), now)))
                .orElseGet(List::of);
    }
}
