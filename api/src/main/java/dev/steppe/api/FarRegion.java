package dev.steppe.api;

import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Dialect;
import dev.steppe.model.AllocationId;
import dev.steppe.model.EvaluationId;
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
import dev.steppe.wire.network.HostPort;
import dev.steppe.wire.network.KnownServers;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The region as seen by an agent without a server: it knows which servers there are, and nothing of the state. What is
 * asked of the region is handed on to a server before it would come here.
 */
public final class FarRegion implements Region {
    private final String name;
    private final KnownServers servers;
    private final BooleanSupplier connected;

    /** {@code connected} tells whether a server has taken this agent's node in. */
    public FarRegion(String name, KnownServers servers, BooleanSupplier connected) {
        this.name = name;
        this.servers = servers;
        this.connected = connected;
    }

    private static IOException far() {
        return new IOException("this agent has no server, and none could be reached");
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Snapshot snapshot() {
        return Snapshot.empty();
    }

    @Override
    public Answer.Watch changeAfter(long index, List<Interest> interests) {
        return changed -> () -> {};
    }

    @Override
    public Dialect.ReadState freshness() {
        return new Dialect.ReadState(1, connected.getAsBoolean(), Duration.ZERO);
    }

    @Override
    public RegionData data() {
        throw new IllegalStateException("what is asked of the region's data is handed on to a server");
    }

    @Override
    public RegionDeployments deployments() {
        throw new IllegalStateException("what is asked of the region's deployments is handed on to a server");
    }

    @Override
    public RegionNodes nodes() {
        throw new IllegalStateException("what is asked of the region's nodes is handed on to a server");
    }

    @Override
    public RegionOperator operator() {
        throw new IllegalStateException("what operators do to the servers is handed on to a server");
    }

    @Override
    public List<Peer> servers() {
        var leader = servers.leader();
        return servers.all().stream().map(server -> peer(server, leader)).toList();
    }

    @Override
    public List<Peer> left() {
        return List.of();
    }

    private static Peer peer(HostPort server, Optional<HostPort> leader) {
        return new Peer(
                server.toString(),
                server.host(),
                server.host(),
                server.port(),
                0,
                leader.equals(Optional.of(server)),
                true,
                "alive");
    }

    @Override
    public JobWritten register(JobEndpoint.Wish wish) throws IOException {
        throw far();
    }

    @Override
    public JobEndpoint.Planned plan(JobSpec spec) throws IOException {
        throw far();
    }

    @Override
    public JobWritten revert(JobKey key, long version, Optional<Long> enforcePrior) throws IOException {
        throw far();
    }

    @Override
    public long tag(JobKey key, long version, Optional<VersionTag> tag) throws IOException {
        throw far();
    }

    @Override
    public JobWritten deregister(JobKey key, boolean purge, boolean noShutdownDelay) throws IOException {
        throw far();
    }

    @Override
    public AllocationStopped stopAllocation(AllocationId id, boolean noShutdownDelay) throws IOException {
        throw far();
    }

    @Override
    public JobWritten evaluate(JobKey key, boolean forceReschedule) throws IOException {
        throw far();
    }

    @Override
    public JobLaunched forceLaunch(JobKey key) throws IOException {
        throw far();
    }

    @Override
    public JobLaunched dispatch(JobKey key, LaunchEndpoint.Dispatch wish) throws IOException {
        throw far();
    }

    @Override
    public JobWritten scale(ScaleEndpoint.Wish wish) throws IOException {
        throw far();
    }

    @Override
    public long deleteEvaluations(List<EvaluationId> ids) throws IOException {
        throw far();
    }

    @Override
    public SchedulerSet setScheduler(SchedulerConfiguration wanted, Optional<Long> checkIndex) throws IOException {
        throw far();
    }

    @Override
    public long collectGarbage() throws IOException {
        throw far();
    }

    @Override
    public IntentionWritten putIntention(IntentionEndpoint.Wish wish, boolean onlyNew) throws IOException {
        throw far();
    }

    @Override
    public long deleteIntention(String source, String destination) throws IOException {
        throw far();
    }

    @Override
    public AgentEndpoint.TokenMade makeJoinToken(AgentEndpoint.TokenWish wish) throws IOException {
        throw far();
    }
}
