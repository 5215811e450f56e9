package dev.steppe.model;

import java.time.Duration;

/**
 * How the servers take care of themselves.
 *
 * @param cleanupDeadServers whether a server that failed is removed once another takes its place
 * @param lastContactThreshold how long a healthy server may not have answered the leader
 * @param maxTrailingLogs how many entries a healthy server may be behind
 * @param minQuorum never remove a server when fewer than this many would be left; 0 for no such bound
 * @param serverStabilizationTime how long a new server must be there before it counts
 */
public record AutopilotSettings(
        boolean cleanupDeadServers,
        Duration lastContactThreshold,
        long maxTrailingLogs,
        long minQuorum,
        Duration serverStabilizationTime,
        long createIndex,
        long modifyIndex) {
    public AutopilotSettings {
        if (lastContactThreshold.isNegative() || lastContactThreshold.isZero()) {
            throw new IllegalArgumentException(
                    "LastContactThreshold must be longer than 0, but is " + lastContactThreshold.toMillis() + "ms");
        }
        if (serverStabilizationTime.isNegative()) {
            throw new IllegalArgumentException("ServerStabilizationTime must not be negative");
        }
        if (maxTrailingLogs < 1 || minQuorum < 0) {
            throw new IllegalArgumentException("MaxTrailingLogs must be at least 1 and MinQuorum at least 0");
        }
    }

    /** What holds until an operator says otherwise. */
    public static AutopilotSettings standard() {
        return new AutopilotSettings(true, Duration.ofSeconds(1), 250, 0, Duration.ofSeconds(10), 0, 0);
    }

    /** These as they are in the state from that index on. */
    public AutopilotSettings written(long created, long modified) {
        return new AutopilotSettings(
                cleanupDeadServers,
                lastContactThreshold,
                maxTrailingLogs,
                minQuorum,
                serverStabilizationTime,
                created,
                modified);
    }
}
