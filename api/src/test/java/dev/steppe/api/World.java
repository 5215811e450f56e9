package dev.steppe.api;

import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Dialect;
import dev.steppe.api.http.Refused;
import dev.steppe.api.metrics.Publishing;
import dev.steppe.io.TaskScope;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.ClientState;
import dev.steppe.model.DesiredTransition;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.Intention;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobSpec;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.model.VersionTag;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.scheduler.Preview;
import dev.steppe.server.IntentionEndpoint;
import dev.steppe.server.JobEndpoint;
import dev.steppe.server.LaunchEndpoint;
import dev.steppe.server.RegisterOptions;
import dev.steppe.server.ScaleEndpoint;
import dev.steppe.state.Command;
import dev.steppe.state.Interest;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** A region that is one store in memory, without consensus or scheduler; tests play those by commands. */
public final class World implements Region, AutoCloseable {
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");

    private final Store store = new Store();
    private final TaskScope scope = new TaskScope("world");
    private final StateWatch watch = new StateWatch(store::snapshot, scope);
    private final Observation observation = Observation.begin(store, this, Optional.empty(), Publishing.all());
    private int evaluations;
    private int intentions;

    public World() {
        store.listen(watch);
    }

    public int waiting() {
        return watch.waiting();
    }

    @Override
    public String name() {
        return "global";
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
        return new Dialect.ReadState(1, true, Duration.ZERO);
    }

    /** There is no server here; what needs one is tested with a whole agent. */
    @Override
    public RegionData data() {
        throw new UnsupportedOperationException("a world without servers");
    }

    /** As {@link #data}. */
    @Override
    public List<Peer> left() {
        return List.of();
    }

    @Override
    public RegionOperator operator() {
        throw new UnsupportedOperationException("a world without servers");
    }

    @Override
    public RegionDeployments deployments() {
        throw new UnsupportedOperationException("a world without servers");
    }

    @Override
    public List<Peer> servers() {
        return List.of(new Peer("s1", "alpha", "127.0.0.1", 4647, 4646, true, true, "alive"));
    }

    @Override
    public synchronized JobWritten register(JobEndpoint.Wish wish) throws Refused {
        var key = wish.job().key();
        var evaluation = evaluation(key);
        var job = wish.options().applied(wish.job(), snapshot().job(key));
        long index = apply(new Command.RegisterJob(
                job, wish.options().enforceIndex(), wish.submission(), Optional.of(evaluation), AT));
        return written(index, key, evaluation);
    }

    @Override
    public synchronized JobEndpoint.Planned plan(JobSpec spec) {
        var preview = Preview.of(snapshot(), spec, evaluation(spec.key()), AT, new SplittableRandom(7));
        return new JobEndpoint.Planned(preview, Optional.empty(), List.of());
    }

    @Override
    public JobWritten revert(JobKey key, long version, Optional<Long> enforcePrior) throws Refused {
        var earlier = snapshot().job(key, version).orElseThrow().spec();
        return register(new JobEndpoint.Wish(earlier, snapshot().submission(key, version), RegisterOptions.none()));
    }

    @Override
    public long tag(JobKey key, long version, Optional<VersionTag> tag) throws Refused {
        return apply(new Command.TagVersion(key.namespace(), key.id(), version, tag, AT));
    }

    @Override
    public synchronized AllocationStopped stopAllocation(AllocationId id, boolean noShutdownDelay) throws Refused {
        var allocation = snapshot().allocation(id).orElseThrow(() -> Refused.notFound("alloc not found"));
        var evaluation = evaluation(allocation.jobKey());
        var transition = new DesiredTransition(true, noShutdownDelay);
        long index = apply(new Command.SetTransitions(List.of(id), transition, List.of(evaluation), AT));
        return new AllocationStopped(evaluation.id(), index);
    }

    @Override
    public synchronized JobWritten deregister(JobKey key, boolean purge, boolean noShutdownDelay) throws Refused {
        var evaluation = evaluation(key);
        long index = apply(new Command.DeregisterJob(key.namespace(), key.id(), purge, Optional.of(evaluation), AT));
        return written(index, key, evaluation);
    }

    /** Launches and counts are decided by a server; they are tested with a whole agent. */
    @Override
    public JobLaunched forceLaunch(JobKey key) {
        throw new UnsupportedOperationException("a world without servers");
    }

    @Override
    public JobLaunched dispatch(JobKey key, LaunchEndpoint.Dispatch wish) {
        throw new UnsupportedOperationException("a world without servers");
    }

    @Override
    public JobWritten scale(ScaleEndpoint.Wish wish) {
        throw new UnsupportedOperationException("a world without servers");
    }

    @Override
    public long deleteEvaluations(List<EvaluationId> ids) throws Refused {
        return apply(new Command.Collect(ids, List.of(), List.of(), List.of(), AT));
    }

    @Override
    public long collectGarbage() {
        return snapshot().index();
    }

    @Override
    public dev.steppe.server.AgentEndpoint.TokenMade makeJoinToken(dev.steppe.server.AgentEndpoint.TokenWish wish) {
        throw new UnsupportedOperationException("no agents join here");
    }

    /** What can be watched of it, without a node. */
    public Observation observation() {
        return observation;
    }

    @Override
    public synchronized JobWritten evaluate(JobKey key, boolean forceReschedule) throws Refused {
        var evaluation = evaluation(key);
        return written(apply(new Command.PutEvaluations(List.of(evaluation), AT)), key, evaluation);
    }

    private JobWritten written(long index, JobKey key, Evaluation evaluation) {
        long jobIndex = snapshot().job(key).map(job -> job.jobModifyIndex()).orElse(0L);
        return new JobWritten(index, jobIndex, Optional.of(evaluation.id()), List.of());
    }

    private Evaluation evaluation(JobKey key) {
        evaluations++;
        return read(Evaluation.class, """
                {"ID":"e%d","Namespace":"%s","JobID":"%s","Type":"service","Priority":50,"Status":"pending",
                 "TriggeredBy":"job-register"}""".formatted(evaluations, key.namespace(), key.id()));
    }

    @Override
    public RegionNodes nodes() {
        return new WorldNodes(this);
    }

    @Override
    public SchedulerSet setScheduler(SchedulerConfiguration wanted, Optional<Long> checkIndex) throws Refused {
        long now = snapshot().schedulerConfiguration().modifyIndex();
        return checkIndex.filter(index -> index != now).isPresent()
                ? new SchedulerSet(false, snapshot().index())
                : new SchedulerSet(true, apply(new Command.SetSchedulerConfiguration(wanted, checkIndex, AT)));
    }

    @Override
    public synchronized IntentionWritten putIntention(IntentionEndpoint.Wish wish, boolean onlyNew) throws Refused {
        var existing = snapshot().intention(wish.source(), wish.destination());
        if (onlyNew && existing.isPresent()) {
            throw new Refused(Refused.Kind.CONFLICT, "duplicate intention found");
        }
        var id = existing.map(Intention::id).orElse("i" + ++intentions);
        var intention = new Intention(
                id, wish.source(), wish.destination(), wish.action(), wish.description(), wish.meta(), AT, AT, 0, 0);
        return new IntentionWritten(id, apply(new Command.PutIntention(intention, AT)));
    }

    @Override
    public long deleteIntention(String source, String destination) throws Refused {
        return apply(new Command.DeleteIntention(source, destination, AT));
    }

    /** Applies a command; what the state refuses is refused. */
    public long apply(Command command) throws Refused {
        return switch (store.apply(command.encode())) {
            case Store.Result.Applied(var index, var keys) -> index;
            case Store.Result.Refused(var index, var reason, var keys, var fault) ->
                throw new Refused(Refused.Kind.RULE_BROKEN, reason);
        };
    }

    /** A value written down as the JSON that clients send. */
    public static <T> T read(Class<T> type, String json) {
        try {
            return Codec.fromJson(type, json);
        } catch (CodecException wrong) {
            throw new IllegalArgumentException(json, wrong);
        }
    }

    public void node(String id, String name, String address) throws Refused {
        apply(new Command.RegisterNode(read(NodeSpec.class, """
                        {"ID":"%s","Name":"%s","Datacenter":"dc1","HTTPAddr":"%s:4646",
                         "Attributes":{"unique.network.ip-address":"%s","nomad.version":"1.2.3"},
                         "NodeResources":{"Cpu":{"CpuShares":4000,"TotalCpuCores":2},"Memory":{"MemoryMB":1000},
                         "Disk":{"DiskMB":1000}}}""".formatted(id, name, address, address)), List.of(), AT));
    }

    /** Registers a job with one group {@code g} and task {@code t}, given the group's other fields. */
    public void job(String id, String groupFields) throws Refused {
        register(new JobEndpoint.Wish(
                read(JobSpec.class, jobJson(id, groupFields)), Optional.empty(), RegisterOptions.none()));
    }

    public static String jobJson(String id, String groupFields) {
        return """
                {"ID":"%s","Name":"%s","Type":"service","Region":"global","TaskGroups":[{"Name":"g","Count":1,
                 "Tasks":[{"Name":"t","Driver":"raw_exec"}]%s}]}""".formatted(id, id, groupFields.isEmpty() ? "" : "," + groupFields);
    }

    /** Places an allocation of a job on a node for an evaluation; ports as {@code label:value:to}. */
    public void place(String id, String job, String node, String... ports) throws Refused {
        var shared = java.util.Arrays.stream(ports)
                .map(port -> port.split(":", -1))
                .map(port -> "{\"Label\":\"%s\",\"Value\":%s,\"To\":%s,\"HostIP\":\"\"}".formatted((Object[]) port))
                .collect(java.util.stream.Collectors.joining(","));
        long version = snapshot()
                .job(new JobKey("default", new dev.steppe.model.JobId(job)))
                .orElseThrow()
                .version();
        var evaluation = new EvaluationId("e" + evaluations);
        apply(new Command.ApplyPlan(
                List.of(read(Allocation.class, """
                        {"ID":"%s","EvalID":"%s","Name":"%s.g[0]","NodeID":"%s","NodeName":"%s","JobID":"%s",
                         "JobVersion":%d,"TaskGroup":"g","DesiredStatus":"run","ClientStatus":"pending",
                         "AllocatedResources":{"Tasks":{},"Shared":{"DiskMB":0,"Networks":[],"Ports":[%s]}}}""".formatted(id, evaluation, job, node, node, job, version, shared))),
                List.of(),
                List.of(),
                List.of(),
                AT));
    }

    /** Reports an allocation, given the fields of its client state in JSON. */
    public void report(String id, String fields) throws Refused {
        var state = read(ClientState.class, "{" + fields + "}");
        apply(new Command.ReportAllocations(List.of(new Command.Report(new AllocationId(id), state)), List.of(), AT));
    }

    @Override
    public void close() {
        observation.close();
        scope.close();
    }
}
