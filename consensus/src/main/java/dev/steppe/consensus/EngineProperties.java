package dev.steppe.consensus;

import dev.steppe.consensus.transport.PeerTransport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** The engine's settings, each with its reason; all measured ones are in docs/decisions/010-consensus-engine.md. */
final class EngineProperties {
    /** Above {@link Consensus#COMMAND_BYTES_MAX}, for the frame and the engine's own fields. */
    private static final SizeInBytes ENTRY_MAX = SizeInBytes.valueOf(4L << 20);

    private static final SizeInBytes WRITE_BUFFER = SizeInBytes.valueOf((4L << 20) + (64 << 10));
    private static final SizeInBytes SNAPSHOT_PART = SizeInBytes.valueOf(1L << 20);
    private static final SizeInBytes SEGMENT = SizeInBytes.valueOf(8L << 20);
    private static final SizeInBytes PREALLOCATED = SizeInBytes.valueOf(1L << 20);
    private static final SizeInBytes SEGMENT_CACHE = SizeInBytes.valueOf(16L << 20);
    private static final int SEGMENTS_CACHED = 2;
    /** A follower that lags no further behind a snapshot than this needs no copy of it. */
    private static final long ENTRIES_KEPT_FOR_FOLLOWERS = 128;

    /** A newcomer's process may have just begun, on a busy machine. */
    private static final TimeDuration NEWCOMER_PATIENCE = TimeDuration.valueOf(10, TimeUnit.SECONDS);

    private static final TimeDuration NEVER = TimeDuration.valueOf(36_500, TimeUnit.DAYS);

    private EngineProperties() {}

    /** @param single whether this member is the only one, as far as its disk tells */
    static RaftProperties of(ConsensusOptions options, boolean single) {
        var properties = new RaftProperties();
        RaftServerConfigKeys.setStorageDir(
                properties, List.of(options.directory().toFile()));
        log(properties);
        elections(properties, options.limits(), single);
        transport(properties, options);
        // Snapshots are decided by bytes, here, and never delay a stop.
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, false);
        RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(properties, false);
        // Commands are never sent twice under one call id, so old replies need not be kept.
        RaftServerConfigKeys.RetryCache.setExpiryTime(properties, TimeDuration.valueOf(5, TimeUnit.SECONDS));
        // A machine that slept for minutes must go on, not stop its log.
        RaftServerConfigKeys.setCloseThreshold(properties, NEVER);
        return properties;
    }

    private static void log(RaftProperties properties) {
        RaftServerConfigKeys.Log.setSegmentSizeMax(properties, SEGMENT);
        RaftServerConfigKeys.Log.setPreallocatedSize(properties, PREALLOCATED);
        RaftServerConfigKeys.Log.setWriteBufferSize(properties, WRITE_BUFFER);
        RaftServerConfigKeys.Log.setForceSyncNum(properties, TornTail.UNFORCED_ENTRIES_MAX);
        RaftServerConfigKeys.Log.setSegmentCacheNumMax(properties, SEGMENTS_CACHED);
        RaftServerConfigKeys.Log.setSegmentCacheSizeMax(properties, SEGMENT_CACHE);
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(properties, ENTRY_MAX);
        RaftServerConfigKeys.Log.Appender.setSnapshotChunkSizeMax(properties, SNAPSHOT_PART);
        RaftServerConfigKeys.Log.setPurgePreservationLogNum(properties, ENTRIES_KEPT_FOR_FOLLOWERS);
        RaftServerConfigKeys.Log.setPurgeGap(properties, 1);
        RaftServerConfigKeys.Log.setAppendEntriesComposeEnabled(properties, false);
        // An extra entry after each commit would cost a second fsync and only shortens the first moments after a start.
        RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, false);
    }

    private static void elections(RaftProperties properties, ConsensusLimits limits, boolean single) {
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, time(limits.electionMin()));
        RaftServerConfigKeys.Rpc.setTimeoutMax(properties, time(limits.electionMax()));
        RaftServerConfigKeys.setStagingTimeout(properties, NEWCOMER_PATIENCE);
        if (single) {
            // Nobody else can lead: there is nothing to wait for.
            RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(
                    properties, TimeDuration.valueOf(1, TimeUnit.MILLISECONDS));
            RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(
                    properties, TimeDuration.valueOf(2, TimeUnit.MILLISECONDS));
            // A late wake-up of a busy machine is no reason to wait again.
            RaftServerConfigKeys.setSleepDeviationThreshold(properties, TimeDuration.valueOf(1, TimeUnit.MINUTES));
        }
    }

    private static void transport(RaftProperties properties, ConsensusOptions options) {
        var transport = options.needsNoTransport() ? SoloTransport.class : PeerTransport.class;
        properties.set(RaftConfigKeys.Rpc.TYPE_KEY, transport.getName());
    }

    private static TimeDuration time(Duration duration) {
        return TimeDuration.valueOf(duration.toMillis(), TimeUnit.MILLISECONDS);
    }
}
