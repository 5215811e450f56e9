package dev.steppe.client.allocation;

import java.time.Instant;

/**
 * The attempts of a restart policy that are used up since its interval began. Kept on disk, so that a restart of the
 * agent is no new beginning.
 */
public record RestartCount(int attempts, Instant intervalStart) {
    static final RestartCount NONE = new RestartCount(0, Instant.EPOCH);
}
