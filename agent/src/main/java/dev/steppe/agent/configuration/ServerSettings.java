package dev.steppe.agent.configuration;

import dev.steppe.model.AutopilotSettings;
import dev.steppe.model.SchedulerConfiguration;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The block {@code server}.
 *
 * @param bootstrapExpect the servers that begin the log together; 0 when nothing is said about it
 * @param dataDir where the log is kept; below the data of the agent by default
 * @param garbageEvery how often ended things are looked for
 * @param scheduling how placements are decided until an operator sets something else
 * @param autopilot how servers take care of themselves until an operator sets something else
 * @param snapshots files of the whole state that this server writes; none without an interval
 */
public record ServerSettings(
        boolean enabled,
        int bootstrapExpect,
        Optional<Path> dataDir,
        Duration heartbeatEvery,
        Duration heartbeatGrace,
        int heartbeatsPerSecond,
        Duration heartbeatAfterFailover,
        Duration garbageEvery,
        Duration keepJobs,
        Duration keepEvaluations,
        Duration keepBatchEvaluations,
        Duration keepDeployments,
        Duration keepNodes,
        SchedulerConfiguration scheduling,
        AutopilotSettings autopilot,
        Optional<SnapshotSettings> snapshots) {}
