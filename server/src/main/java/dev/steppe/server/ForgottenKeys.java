package dev.steppe.server;

import dev.steppe.state.Command;
import dev.steppe.state.KeySpace.Tombstone;
import dev.steppe.state.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Forgets tombstones of keys when every reader that waited for them has long been told. */
final class ForgottenKeys implements Controller {
    /** Longer than the longest wait of a blocking read. */
    private static final Duration KEEP = Duration.ofMinutes(15);

    private static final Duration EVERY = Duration.ofMinutes(1);

    private Instant lastRun = Instant.EPOCH;

    @Override
    public String name() {
        return "forgotten-keys";
    }

    @Override
    public List<Command> decide(Snapshot snapshot, Instant now) {
        if (!now.isBefore(lastRun) && lastRun.plus(EVERY).isAfter(now)) {
            return List.of();
        }
        lastRun = now;
        return snapshot.keys().tombstonesBefore(now.minus(KEEP)).stream().mapToLong(Tombstone::index).max().stream()
                .<Command>mapToObj(newest -> new Command.ReapTombstones(newest, now))
                .toList();
    }
}
