package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientState;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DeploymentHealth;
import dev.steppe.model.DesiredTransition;
import dev.steppe.model.Evaluation;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobSpec;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.model.TaskState;
import dev.steppe.model.TaskStatus;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** A real store and the scheduler on it: plan, verify, apply. Nodes and tasks do what a test says. */
final class TestCluster {
    static final Instant NOW = Instant.parse("2026-01-31T08:00:00Z");

    private final Store store = new Store();
    private final SplittableRandom random = new SplittableRandom(7);
    private Instant now = NOW;

    Instant now() {
        return now;
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    static <T> T read(Class<T> type, String json) {
        try {
            return Codec.fromJson(type, json);
        } catch (CodecException wrong) {
            throw new IllegalArgumentException(json, wrong);
        }
    }

    Snapshot snapshot() {
        return store.snapshot();
    }

    void apply(Command command) {
        if (store.apply(command) instanceof Store.Result.Refused refused) {
            throw new IllegalStateException(refused.reason());
        }
    }

    /** Says how placements are decided from here on; what the text leaves out is as it is usually. */
    void configure(String json) {
        apply(new Command.SetSchedulerConfiguration(read(SchedulerConfiguration.class, json), Optional.empty(), now));
    }

    /** A node that says this of itself. */
    void node(String json) {
        apply(new Command.RegisterNode(read(NodeSpec.class, json), List.of(), NOW));
    }

    /** A node with 1000 MHz and 1000 MB, in a datacenter. */
    void node(String id, String datacenter) {
        apply(new Command.RegisterNode(read(NodeSpec.class, """
                {"ID":"%s","Name":"%s","Datacenter":"%s","HTTPAddr":"10.0.0.1:4646",
                 "Attributes":{"kernel.name":"linux","network.modes":"host,bridge"},
                 "Drivers":{"raw_exec":{"Detected":true,"Healthy":true}},
                 "NodeResources":{"Cpu":{"CpuShares":1000},"Memory":{"MemoryMB":1000},"Disk":{"DiskMB":10000},
                                  "MinDynamicPort":20000,"MaxDynamicPort":20010}}""".formatted(id, id, datacenter)), List.of(), now));
    }

    /** The same with devices of the kind acme/gpu/one. */
    void nodeWithDevices(String id, String... devices) {
        var instances = java.util.Arrays.stream(devices)
                .map(device -> "{\"ID\":\"" + device + "\",\"Healthy\":true}")
                .collect(java.util.stream.Collectors.joining(","));
        apply(new Command.RegisterNode(read(NodeSpec.class, """
                {"ID":"%s","Name":"%s","HTTPAddr":"10.0.0.1:4646",
                 "Attributes":{"network.modes":"host"},"Drivers":{"raw_exec":{"Detected":true,"Healthy":true}},
                 "NodeResources":{"Cpu":{"CpuShares":1000},"Memory":{"MemoryMB":1000},"Disk":{"DiskMB":10000},
                   "Devices":[{"Vendor":"acme","Type":"gpu","Name":"one","Instances":[%s]}]}}""".formatted(id, id, instances)), List.of(), NOW));
    }

    void status(String node, NodeStatus status) {
        apply(new Command.SetNodeStatus(new NodeId(node), status, "", List.of(), now));
    }

    void migrate(Allocation allocation) {
        apply(new Command.SetTransitions(List.of(allocation.id()), new DesiredTransition(true, false), List.of(), now));
    }

    void eligibility(String node, String eligibility) {
        apply(new Command.SetNodeEligibility(new NodeId(node), eligibility, List.of(), now));
    }

    void register(String job) {
        register(read(JobSpec.class, job));
    }

    void register(JobSpec job) {
        apply(new Command.RegisterJob(job, Optional.empty(), Optional.empty(), now));
    }

    Evaluation evaluation(String job) {
        return read(
                Evaluation.class,
                "{\"ID\":\"e%d\",\"JobID\":\"%s\",\"Type\":\"service\",\"Priority\":50,\"TriggeredBy\":\"job-register\"}"
                        .formatted(store.snapshot().index(), job));
    }

    /** Looks at a job once. */
    Plan plan(String job) {
        return Scheduler.plan(store.snapshot(), evaluation(job), now, random);
    }

    /** Looks at a job once and does what the scheduler says. */
    Plan schedule(String job) {
        var plan = plan(job);
        var accepted = PlanCheck.check(store.snapshot(), plan).accepted();
        apply(accepted.command(List.of(accepted.evaluation()), now));
        return plan;
    }

    Preview preview(JobSpec job) {
        return Preview.of(store.snapshot(), job, evaluation(job.id().value()), now, random);
    }

    List<Allocation> live(String job) {
        return all(job).stream().filter(allocation -> !allocation.isTerminal()).toList();
    }

    List<Allocation> all(String job) {
        return store.snapshot().allocationsOf(new JobKey("default", new JobId(job)));
    }

    void report(Allocation allocation, ClientStatus status) {
        var tasks = new TreeMap<String, TaskState>();
        if (status == ClientStatus.RUNNING) {
            tasks.put("t", new TaskState(TaskStatus.RUNNING, false, 0, Instant.EPOCH, now, Instant.EPOCH, List.of()));
        }
        var state = new ClientState(
                status,
                "",
                tasks,
                Optional.of(new DeploymentHealth(
                        Optional.of(status == ClientStatus.RUNNING), now, false, allocation.deploymentId())),
                Optional.empty(),
                new TreeMap<>(),
                List.of());
        apply(new Command.ReportAllocations(List.of(new Command.Report(allocation.id(), state)), List.of(), now));
    }

    /** Everything that is wanted runs and is healthy. */
    void everythingRuns(String job) {
        live(job).forEach(allocation -> report(allocation, ClientStatus.RUNNING));
    }
}
