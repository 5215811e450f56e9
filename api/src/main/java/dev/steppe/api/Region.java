package dev.steppe.api;

import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Dialect;
import dev.steppe.api.http.Refused;
import dev.steppe.model.AllocationId;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobSpec;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.model.VersionTag;
import dev.steppe.server.AgentEndpoint;
import dev.steppe.server.IntentionEndpoint;
import dev.steppe.server.JobEndpoint;
import dev.steppe.server.LaunchEndpoint;
import dev.steppe.server.ScaleEndpoint;
import dev.steppe.state.Interest;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Table;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The servers of a region as the dialects see them: the state to read, and the writes. Safe for use from any thread; the
 * writes block until they are durable and applied here, and fail with an I/O exception when no leader can be reached.
 */
public interface Region {

    /** The region's name, such as {@code global}. */
    String name();

    /** All regions that are known, this one too, by name. */
    default List<String> regions() {
        var names = new TreeSet<>(List.of(name()));
        snapshot().regions().forEach(region -> names.add(region.name()));
        return List.copyOf(names);
    }

    /** The state as this agent knows it now. */
    Snapshot snapshot();

    /** Fires when one of the tables changes after the index. */
    default Answer.Watch changeAfter(long index, Table... tables) {
        return changeAfter(
                index, Arrays.stream(tables).<Interest>map(Interest.Whole::new).toList());
    }

    /** Fires when one of the interests changes after the index. */
    Answer.Watch changeAfter(long index, List<Interest> interests);

    /** How fresh the snapshot is; the index in it is not used. */
    Dialect.ReadState freshness();

    /** Nodes and their pools. */
    RegionNodes nodes();

    /** Variables, keys and sessions. */
    RegionData data();

    /** What operators do to the servers. */
    RegionOperator operator();

    /** What may be done to deployments. */
    RegionDeployments deployments();

    /** The servers, the leader marked. */
    List<Peer> servers();

    /** Servers that were taken out and are not forgotten yet. */
    List<Peer> left();

    /** A server of another region. */
    record Elsewhere(String region, String datacenter, String version, Peer peer) {}

    /** The servers of all other regions that are known. */
    default List<Elsewhere> elsewhere() {
        return List.of();
    }

    /** Makes a job run as specified. */
    JobWritten register(JobEndpoint.Wish wish) throws Refused, IOException, InterruptedException;

    /** Tells what registering a job would lead to, and changes nothing. */
    JobEndpoint.Planned plan(JobSpec spec) throws Refused, IOException, InterruptedException;

    /** Registers an earlier version of a job anew; with {@code enforcePrior}, only if that is the present version. */
    JobWritten revert(JobKey key, long version, Optional<Long> enforcePrior)
            throws Refused, IOException, InterruptedException;

    /** Names a version of a job, or with no tag takes its name away; returns the index of the change. */
    long tag(JobKey key, long version, Optional<VersionTag> tag) throws Refused, IOException, InterruptedException;

    /** Stops a job; with {@code purge} it is also forgotten. */
    JobWritten deregister(JobKey key, boolean purge, boolean noShutdownDelay)
            throws Refused, IOException, InterruptedException;

    /** Stops an allocation; another instance takes its place. */
    AllocationStopped stopAllocation(AllocationId id, boolean noShutdownDelay)
            throws Refused, IOException, InterruptedException;

    /** An allocation that is to stop: the evaluation that replaces it, and the index of the change. */
    record AllocationStopped(EvaluationId evaluation, long index) {}

    /** Has the scheduler look at a job again; with {@code forceReschedule}, failed instances are replaced at once. */
    JobWritten evaluate(JobKey key, boolean forceReschedule) throws Refused, IOException, InterruptedException;

    /** Launches a periodic job now. */
    JobLaunched forceLaunch(JobKey key) throws Refused, IOException, InterruptedException;

    /** Launches a parameterized job. */
    JobLaunched dispatch(JobKey key, LaunchEndpoint.Dispatch wish) throws Refused, IOException, InterruptedException;

    /** A job that another one launched; no evaluation when it was there already or launches others in turn. */
    record JobLaunched(JobId child, Optional<EvaluationId> evaluation, long index) {}

    /** Changes the count of a group, or notes something about it. */
    JobWritten scale(ScaleEndpoint.Wish wish) throws Refused, IOException, InterruptedException;

    /** Forgets evaluations; all of them or none. Returns the index of the change. */
    long deleteEvaluations(List<EvaluationId> ids) throws Refused, IOException, InterruptedException;

    /** Forgets everything that is over, however short ago; returns the index of the state after that. */
    long collectGarbage() throws Refused, IOException, InterruptedException;

    /** Sets how placements are decided; with {@code checkIndex}, only if that is the index of its last change. */
    SchedulerSet setScheduler(SchedulerConfiguration wanted, Optional<Long> checkIndex)
            throws Refused, IOException, InterruptedException;

    /** Whether a scheduler configuration was set, and the index of the state after that. */
    record SchedulerSet(boolean updated, long index) {}

    /** Creates or replaces the intention of a pair; with {@code onlyNew} an existing one refuses it. */
    IntentionWritten putIntention(IntentionEndpoint.Wish wish, boolean onlyNew)
            throws Refused, IOException, InterruptedException;

    /** Deletes the intention of a pair; returns the index of the change. */
    long deleteIntention(String source, String destination) throws Refused, IOException, InterruptedException;

    /** Makes a token that lets agents join. */
    AgentEndpoint.TokenMade makeJoinToken(AgentEndpoint.TokenWish wish)
            throws Refused, IOException, InterruptedException;

    /** A written intention. */
    record IntentionWritten(String id, long index) {}

    /** A written job. {@code warnings} is for the user, empty when there is nothing to say. */
    record JobWritten(long index, long jobModifyIndex, Optional<EvaluationId> evaluation, List<String> warnings) {}

    /** The status of a server that answers. */
    String ALIVE = "alive";
    /** The status of a server that does not. */
    String FAILED = "failed";
    /** The status of a server that was taken out. */
    String LEFT = "left";

    /**
     * A server: its host, the ports of its RPC and its HTTP API (0 when not known), and its status, which is one of the
     * three above.
     */
    record Peer(
            String id, String name, String host, int port, int httpPort, boolean leader, boolean voter, String status) {
        /** Host and port in one text: a server that takes no calls of others is found at its API. */
        public String address() {
            return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + (port > 0 ? port : httpPort);
        }
    }
}
