package dev.steppe.mesh;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.ClientState;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.Intention;
import dev.steppe.model.JobSpec;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A state filled by real commands, written down as the JSON that clients send. */
public final class World {
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");
    private final Store store = new Store();

    public Snapshot snapshot() {
        return store.snapshot();
    }

    public World node(String id, String name, String address) {
        return apply(new Command.RegisterNode(
                read(NodeSpec.class, """
                        {"ID":"%s","Name":"%s","Datacenter":"dc1","HTTPAddr":"%s:4646",
                         "Attributes":{"unique.network.ip-address":"%s"}}""".formatted(id, name, address, address)), List.of(), AT));
    }

    public World nodeStatus(String id, NodeStatus status) {
        return apply(new Command.SetNodeStatus(new NodeId(id), status, "test", List.of(), AT));
    }

    /** Registers a job with one group {@code g}, given the group's other fields. */
    public World job(String id, String groupFields) {
        return apply(new Command.RegisterJob(
                read(JobSpec.class, """
                        {"ID":"%s","Name":"%s","Type":"service","TaskGroups":[{"Name":"g","Count":1,
                         "Tasks":[{"Name":"t","Driver":"raw_exec"}],%s}]}""".formatted(id, id, groupFields)), Optional.empty(), Optional.empty(), AT));
    }

    /** Places an allocation of a job on a node; ports as {@code label:value:to}. */
    public World place(String id, String job, String node, String... ports) {
        String shared = java.util.Arrays.stream(ports)
                .map(port -> port.split(":", -1))
                .map(port -> "{\"Label\":\"%s\",\"Value\":%s,\"To\":%s,\"HostIP\":\"\"}".formatted((Object[]) port))
                .collect(java.util.stream.Collectors.joining(","));
        Allocation allocation = read(Allocation.class, """
                {"ID":"%s","EvalID":"e","Name":"%s.g[0]","NodeID":"%s","NodeName":"%s","JobID":"%s","JobVersion":%d,
                 "TaskGroup":"g","DesiredStatus":"run","ClientStatus":"pending",
                 "AllocatedResources":{"Tasks":{},"Shared":{"DiskMB":0,"Networks":[],"Ports":[%s]}}}""".formatted(id, job, node, node, job, version(job), shared));
        return apply(new Command.ApplyPlan(List.of(allocation), List.of(), List.of(), List.of(), AT));
    }

    /** Reports an allocation, given the fields of its client state in JSON. */
    public World report(String id, String fields) {
        ClientState state = read(ClientState.class, "{" + fields + "}");
        return apply(
                new Command.ReportAllocations(List.of(new Command.Report(new AllocationId(id), state)), List.of(), AT));
    }

    public World running(String id) {
        return report(id, "\"ClientStatus\":\"running\"");
    }

    public World stop(String id) {
        return apply(new Command.ApplyPlan(
                List.of(),
                List.of(new Command.Stop(new AllocationId(id), DesiredStatus.STOP, "test", Optional.empty())),
                List.of(),
                List.of(),
                AT));
    }

    public World intention(String source, String destination, String action) {
        return apply(new Command.PutIntention(intentionOf(source, destination, action), AT));
    }

    public static Intention intentionOf(String source, String destination, String action) {
        return read(Intention.class, """
                {"ID":"%s-%s","SourceName":"%s","DestinationName":"%s","Action":"%s"}""".formatted(source, destination, source, destination, action));
    }

    public World apply(Command command) {
        Store.Result result = store.apply(command.encode());
        if (result instanceof Store.Result.Refused refused) {
            throw new IllegalStateException(refused.reason());
        }
        return this;
    }

    private long version(String job) {
        for (var each : snapshot().jobs()) {
            if (each.key().id().value().equals(job)) {
                return each.version();
            }
        }
        throw new IllegalStateException("no job " + job);
    }

    private static <T> T read(Class<T> type, String json) {
        try {
            return Codec.fromJson(type, json);
        } catch (CodecException e) {
            throw new IllegalStateException(json, e);
        }
    }
}
