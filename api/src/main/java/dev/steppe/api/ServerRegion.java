package dev.steppe.api;

import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Dialect;
import dev.steppe.api.http.Refused;
import dev.steppe.consensus.Consensus;
import dev.steppe.consensus.Leadership;
import dev.steppe.consensus.Member;
import dev.steppe.consensus.MemberId;
import dev.steppe.io.TaskScope;
import dev.steppe.model.AllocationId;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.FederatedRegion;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobSpec;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.model.ServerMember;
import dev.steppe.model.VersionTag;
import dev.steppe.server.AgentEndpoint;
import dev.steppe.server.IntentionEndpoint;
import dev.steppe.server.JobEndpoint;
import dev.steppe.server.LaunchEndpoint;
import dev.steppe.server.Reply;
import dev.steppe.server.ScaleEndpoint;
import dev.steppe.server.Server;
import dev.steppe.state.Interest;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import dev.steppe.wire.network.HostPort;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The region as seen by an agent that is a server itself. Closing ends its watches, not the server. */
public final class ServerRegion implements Region, AutoCloseable {
    /** An entry takes milliseconds; after this long the log is not working, and the caller is better told so. */
    private static final Duration WRITE_PATIENCE = Duration.ofSeconds(30);
    /** Membership changes by hand only; asking the log for it each time would cost more than the answer. */
    private static final Duration SERVERS_KEPT = Duration.ofSeconds(1);

    private final Self self;
    private final Server server;
    private final Store store;
    private final Consensus consensus;
    private final Predicate<HostPort> answers;
    private final TaskScope scope = new TaskScope("region");
    private final StateWatch watch;
    private final AtomicReference<Optional<Known>> known = new AtomicReference<>(Optional.empty());

    /** This server: its region and name, and the host and ports under which it is known. */
    public record Self(String region, String name, String host, int rpcPort, int httpPort) {}

    private record Known(List<Region.Peer> servers, long sinceNanos) {}

    /** {@code answers} tells whether the server at an address answered lately. */
    public ServerRegion(Self self, Server server, Store store, Consensus consensus, Predicate<HostPort> answers) {
        this.answers = answers;
        this.self = self;
        this.server = server;
        this.store = store;
        this.consensus = consensus;
        this.watch = new StateWatch(store::snapshot, scope);
        store.listen(watch);
    }

    @Override
    public String name() {
        return self.region();
    }

    @Override
    public Snapshot snapshot() {
        return store.snapshot();
    }

    @Override
    public Answer.Watch changeAfter(long index, List<Interest> interests) {
        return watch.after(index, interests);
    }

    @Override
    public Dialect.ReadState freshness() {
        return new Dialect.ReadState(store.snapshot().index(), leader().isPresent(), consensus.lastContact());
    }

    @Override
    public RegionNodes nodes() {
        return new ServerRegionNodes(server.nodes());
    }

    @Override
    public RegionData data() {
        return new ServerRegionData(server);
    }

    @Override
    public RegionOperator operator() {
        return new ServerRegionOperator(this, self, server, consensus);
    }

    @Override
    public RegionDeployments deployments() {
        return new ServerRegionDeployments(server);
    }

    private Optional<MemberId> leader() {
        return switch (consensus.leadership()) {
            case Leadership.Leading leading -> Optional.of(consensus.status().self());
            case Leadership.Following following -> following.leader();
            case Leadership.Stopped stopped -> Optional.empty();
        };
    }

    @Override
    public List<Region.Peer> servers() {
        var last = known.get();
        long now = System.nanoTime();
        if (last.isPresent() && now - last.get().sinceNanos < SERVERS_KEPT.toNanos()) {
            return last.get().servers;
        }
        var leader = leader();
        var status = consensus.status();
        var servers = status.members().stream()
                .map(member -> peer(member, leader, member.id().equals(status.self())))
                .toList();
        known.set(Optional.of(new Known(servers, now)));
        return servers;
    }

    /** Has the log asked for the servers anew, after they were changed here. */
    void serversChanged() {
        known.set(Optional.empty());
    }

    @Override
    public List<Region.Peer> left() {
        var here = servers();
        if (here.isEmpty()) {
            return List.of();
        }
        var left = new ArrayList<Region.Peer>();
        for (ServerMember told : store.snapshot().servers()) {
            if (here.stream().noneMatch(peer -> peer.id().equals(told.id()))) {
                left.add(told(told, false, false, Region.LEFT));
            }
        }
        return left;
    }

    @Override
    public List<Region.Elsewhere> elsewhere() {
        var all = new ArrayList<Region.Elsewhere>();
        for (FederatedRegion other : store.snapshot().regions()) {
            for (ServerMember server : other.servers()) {
                boolean answering = answers.test(HostPort.parse(server.agentAddress(), 0));
                all.add(new Region.Elsewhere(
                        other.name(),
                        server.datacenter(),
                        server.version(),
                        told(server, false, true, answering ? Region.ALIVE : Region.FAILED)));
            }
        }
        return all;
    }

    /** As the server told of itself; until it did, what the log knows of it. */
    private Region.Peer peer(Member member, Optional<MemberId> leader, boolean mine) {
        boolean leads = leader.equals(Optional.of(member.id()));
        var told = store.snapshot().server(member.id().value());
        if (told.isPresent() && told.get().agentAddress().contains(":")) {
            var address = HostPort.parse(told.get().agentAddress(), 0);
            return told(told.get(), leads, true, mine || answers.test(address) ? Region.ALIVE : Region.FAILED);
        }
        return new Region.Peer(
                member.id().value(),
                mine ? self.name() : member.id().value(),
                mine ? self.host() : member.address().map(it -> it.host()).orElse(""),
                mine ? self.rpcPort() : member.address().map(it -> it.port()).orElse(0),
                mine ? self.httpPort() : 0,
                leads,
                true,
                Region.ALIVE);
    }

    private static Region.Peer told(ServerMember told, boolean leads, boolean votes, String status) {
        var agent = HostPort.parse(told.agentAddress(), 0);
        return new Region.Peer(
                told.id(),
                told.name(),
                agent.host(),
                agent.port(),
                HostPort.parse(told.httpAddress(), 0).port(),
                leads,
                votes,
                status);
    }

    @Override
    public JobWritten register(JobEndpoint.Wish wish) throws Refused, IOException, InterruptedException {
        return written(done(then -> server.jobs().register(wish, then)));
    }

    @Override
    public JobEndpoint.Planned plan(JobSpec spec) throws Refused, IOException, InterruptedException {
        Reply.Done<JobEndpoint.Planned> done = done(then -> server.jobs().plan(spec, then));
        return done.value();
    }

    @Override
    public JobWritten revert(JobKey key, long version, Optional<Long> enforcePrior)
            throws Refused, IOException, InterruptedException {
        return written(done(then -> server.jobs().revert(key, version, enforcePrior, then)));
    }

    @Override
    public long tag(JobKey key, long version, Optional<VersionTag> tag)
            throws Refused, IOException, InterruptedException {
        Reply.Done<Long> done = done(then -> server.jobs().tag(key, version, tag, then));
        return done.index();
    }

    @Override
    public JobWritten deregister(JobKey key, boolean purge, boolean noShutdownDelay)
            throws Refused, IOException, InterruptedException {
        return written(done(then -> server.jobs().deregister(key, purge, noShutdownDelay, then)));
    }

    @Override
    public AllocationStopped stopAllocation(AllocationId id, boolean noShutdownDelay)
            throws Refused, IOException, InterruptedException {
        Reply.Done<EvaluationId> done = done(then -> server.allocations().stop(id, noShutdownDelay, then));
        return new AllocationStopped(done.value(), done.index());
    }

    @Override
    public JobWritten evaluate(JobKey key, boolean forceReschedule) throws Refused, IOException, InterruptedException {
        return written(done(then -> server.jobs().evaluate(key, forceReschedule, then)));
    }

    @Override
    public JobLaunched forceLaunch(JobKey key) throws Refused, IOException, InterruptedException {
        return launched(done(then -> server.launches().force(key, then)));
    }

    @Override
    public JobLaunched dispatch(JobKey key, LaunchEndpoint.Dispatch wish)
            throws Refused, IOException, InterruptedException {
        return launched(done(then -> server.launches().dispatch(key, wish, then)));
    }

    private static JobLaunched launched(Reply.Done<LaunchEndpoint.Launched> done) {
        return new JobLaunched(done.value().child(), done.value().evaluation(), done.index());
    }

    @Override
    public JobWritten scale(ScaleEndpoint.Wish wish) throws Refused, IOException, InterruptedException {
        Reply.Done<ScaleEndpoint.Scaled> done = done(then -> server.scales().scale(wish, then));
        return new JobWritten(
                done.index(), done.value().jobModifyIndex(), done.value().evaluation(), List.of());
    }

    @Override
    public long deleteEvaluations(List<EvaluationId> ids) throws Refused, IOException, InterruptedException {
        Reply.Done<Long> done = done(then -> server.evaluations().delete(ids, then));
        return done.index();
    }

    @Override
    public long collectGarbage() throws Refused, IOException, InterruptedException {
        Reply.Done<Long> done = done(server.jobs()::collectGarbage);
        return done.index();
    }

    private static JobWritten written(Reply.Done<JobEndpoint.Registered> done) {
        var registered = done.value();
        return new JobWritten(done.index(), registered.jobModifyIndex(), registered.evaluation(), registered.notices());
    }

    @Override
    public SchedulerSet setScheduler(SchedulerConfiguration wanted, Optional<Long> checkIndex)
            throws Refused, IOException, InterruptedException {
        Reply.Done<Boolean> done = done(then -> server.scheduler().set(wanted, checkIndex, then));
        return new SchedulerSet(done.value(), done.index());
    }

    @Override
    public IntentionWritten putIntention(IntentionEndpoint.Wish wish, boolean onlyNew)
            throws Refused, IOException, InterruptedException {
        Reply.Done<String> done = done(then -> server.intentions().put(wish, onlyNew, then));
        return new IntentionWritten(done.value(), done.index());
    }

    @Override
    public long deleteIntention(String source, String destination) throws Refused, IOException, InterruptedException {
        Reply.Done<Long> done = done(then -> server.intentions().delete(source, destination, then));
        return done.index();
    }

    @Override
    public AgentEndpoint.TokenMade makeJoinToken(AgentEndpoint.TokenWish wish)
            throws Refused, IOException, InterruptedException {
        Reply.Done<AgentEndpoint.TokenMade> done = done(then -> server.agents().makeToken(wish, then));
        return done.value();
    }

    /** Asks the server, whose replies come on its loop, and waits for the reply. */
    public static <T> Reply.Done<T> done(Consumer<Consumer<Reply<T>>> ask)
            throws Refused, IOException, InterruptedException {
        return done(ask, WRITE_PATIENCE);
    }

    /** The same for what may take longer. */
    static <T> Reply.Done<T> done(Consumer<Consumer<Reply<T>>> ask, Duration patience)
            throws Refused, IOException, InterruptedException {
        var replies = new ArrayBlockingQueue<Reply<T>>(1);
        ask.accept(replies::add);
        var reply = Optional.ofNullable(replies.poll(patience.toMillis(), TimeUnit.MILLISECONDS))
                .orElseThrow(() -> new IOException("no answer from the log within " + patience.toSeconds()
                        + " s; it is not known whether the request was carried out"));
        return switch (reply) {
            case Reply.Done<T> done -> done;
            case Reply.Refused<T> refused -> throw Refused.by(refused.refusal());
        };
    }

    @Override
    public void close() {
        scope.close();
    }
}
