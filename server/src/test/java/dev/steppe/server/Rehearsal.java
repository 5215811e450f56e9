package dev.steppe.server;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientState;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.Deployment;
import dev.steppe.model.DeploymentHealth;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.DesiredTransition;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.Job;
import dev.steppe.model.JobDefaults;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobSpec;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.scheduler.Plan;
import dev.steppe.scheduler.PlanCheck;
import dev.steppe.scheduler.Scheduler;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A server without a log or threads: a real store, the real scheduler and controllers, and a clock that a test moves. The
 * nodes do what a test says; what is to stop, stops at once.
 */
final class Rehearsal {
    private static final int ROUNDS_MAX = 500;

    final Store store = new Store();
    private final SplittableRandom random;
    private final List<Controller> controllers = List.of(new DeploymentWatcher(), new BlockedEvaluations());
    private final List<String> told = new ArrayList<>();
    Instant now = Instant.parse("2026-01-31T08:00:00Z");
    /** How many evaluations were planned. */
    int planned;

    Rehearsal(long seed) {
        random = new SplittableRandom(seed);
    }

    static <T> T read(Class<T> type, String json) {
        try {
            return Codec.fromJson(type, json);
        } catch (CodecException wrong) {
            throw new IllegalArgumentException(json, wrong);
        }
    }

    static JobKey key(String job) {
        return new JobKey("default", new JobId(job));
    }

    Snapshot snapshot() {
        return store.snapshot();
    }

    /** Applies a command; the refusal, if it was refused. */
    Optional<String> apply(Command command) {
        return store.apply(command.encode()) instanceof Store.Result.Refused refused
                ? Optional.of(refused.reason())
                : Optional.empty();
    }

    void node(String id, int megaHertz) {
        var spec = read(NodeSpec.class, """
                {"ID":"%s","Name":"%s","Datacenter":"dc1","HTTPAddr":"10.0.0.1:4646",
                 "Attributes":{"kernel.name":"linux","network.modes":"host,bridge"},
                 "Drivers":{"raw_exec":{"Detected":true,"Healthy":true}},
                 "NodeResources":{"Cpu":{"CpuShares":%d},"Memory":{"MemoryMB":100000},"Disk":{"DiskMB":1000000},
                                  "MinDynamicPort":20000,"MaxDynamicPort":32000}}""".formatted(id, id, megaHertz));
        apply(new Command.RegisterNode(spec, looks(), now));
    }

    void nodeStatus(String id, NodeStatus status) {
        apply(new Command.SetNodeStatus(new NodeId(id), status, "", looks(), now));
    }

    /** An evaluation of every job, as the coming and going of nodes makes them. */
    List<Evaluation> looks() {
        var all = new ArrayList<Evaluation>();
        for (Job job : snapshot().jobs()) {
            all.add(Evaluations.of(job, "node-update", now, random));
        }
        return all;
    }

    void register(JobSpec spec) {
        var complete = JobDefaults.applied(spec);
        var evaluation = Evaluations.of(complete, "job-register", now, random);
        apply(new Command.RegisterJob(complete, Optional.empty(), Optional.of(evaluation), now));
    }

    void deregister(String job, boolean purge) {
        var evaluation = Evaluations.of(snapshot().job(key(job)).orElseThrow(), "job-deregister", now, random);
        apply(new Command.DeregisterJob("default", new JobId(job), purge, Optional.of(evaluation), now));
    }

    void look(String job, boolean forced) {
        var trigger = forced ? Scheduler.FORCED_RESCHEDULE : "job-register";
        snapshot()
                .job(key(job))
                .ifPresent(it ->
                        apply(new Command.PutEvaluations(List.of(Evaluations.of(it, trigger, now, random)), now)));
    }

    Deployment deployment(String job) {
        return snapshot().deploymentsOf(key(job)).getFirst();
    }

    List<Allocation> live(String job) {
        return snapshot().allocationsOf(key(job)).stream()
                .filter(allocation -> !allocation.isTerminal())
                .sorted(Comparator.comparing(Allocation::name).thenComparing(Allocation::jobVersion))
                .toList();
    }

    /** A node reports what became of an allocation, and what it thinks of its health. */
    void report(Allocation allocation, ClientStatus status, Optional<Boolean> healthy) {
        var health = healthy.map(
                it -> DeploymentHealth.unknown(allocation.deploymentId(), false).decided(it, now));
        var state = new ClientState(status, "", new TreeMap<>(), health, Optional.empty(), new TreeMap<>(), List.of());
        boolean ended = status.isTerminal()
                && allocation.desiredStatus() == DesiredStatus.RUN
                && !(status == ClientStatus.COMPLETE
                        && snapshot()
                                .jobOf(allocation)
                                .orElseThrow()
                                .spec()
                                .type()
                                .ends());
        var evaluations = ended
                ? snapshot().job(allocation.jobKey()).stream()
                        .map(job -> Evaluations.of(job, "alloc-failure", now, random))
                        .toList()
                : List.<Evaluation>of();
        apply(new Command.ReportAllocations(List.of(new Command.Report(allocation.id(), state)), evaluations, now));
    }

    /** Somebody stops an allocation; another is to take its place. */
    void stop(Allocation allocation) {
        var job = snapshot().jobOf(allocation).orElseThrow();
        apply(new Command.SetTransitions(
                List.of(allocation.id()),
                new DesiredTransition(true, false),
                List.of(Evaluations.of(job, "alloc-stop", now, random)),
                now));
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    /** Lets controllers and scheduler do what is due, until nothing is. Tells what they did. */
    List<String> settle() {
        told.clear();
        for (int round = 0; round < ROUNDS_MAX; round++) {
            stopWhatIsToStop();
            boolean quiet = true;
            for (Controller controller : controllers) {
                for (Command command : controller.decide(snapshot(), now)) {
                    quiet = false;
                    apply(command).ifPresent(reason -> told.add("refused: " + reason));
                }
            }
            var due = due();
            if (due.isPresent()) {
                quiet = false;
                plan(due.get());
            }
            if (quiet) {
                return List.copyOf(told);
            }
        }
        throw new AssertionError("the controllers come to no end: " + told);
    }

    private void stopWhatIsToStop() {
        for (Allocation allocation : snapshot().allocations()) {
            boolean stopping = allocation.desiredStatus() != DesiredStatus.RUN
                    && !allocation.client().status().isTerminal();
            if (stopping) {
                report(allocation, ClientStatus.COMPLETE, Optional.empty());
            }
        }
    }

    private Optional<Evaluation> due() {
        Optional<Evaluation> first = Optional.empty();
        for (Evaluation evaluation : snapshot().evaluations()) {
            boolean isDue = evaluation.status() == EvaluationStatus.PENDING
                    && !evaluation.waitUntil().isAfter(now);
            boolean isEarlier =
                    first.isEmpty() || evaluation.createIndex() < first.get().createIndex();
            if (isDue && isEarlier) {
                first = Optional.of(evaluation);
            }
        }
        return first;
    }

    /** What one more look at a job would change now. */
    Plan suppose(String job) {
        var evaluation = Evaluations.of(snapshot().job(key(job)).orElseThrow(), "job-register", now, random);
        return Scheduler.plan(snapshot(), evaluation, now, random.split());
    }

    private void plan(Evaluation evaluation) {
        planned++;
        var before = snapshot();
        var plan = PlanCheck.check(before, Scheduler.plan(before, evaluation, now, random))
                .accepted();
        var evaluations = new ArrayList<Evaluation>();
        evaluations.add(plan.evaluation());
        evaluations.addAll(plan.followUps());
        evaluations.addAll(plan.evaluationsOfVictims(before));
        apply(plan.command(evaluations, now));
        plan.stopped()
                .forEach(stop -> before.allocation(stop.allocation())
                        .ifPresent(it -> told.add("- " + name(it) + ": " + stop.reason())));
        plan.placed()
                .forEach(it -> told.add("+ " + name(it) + " on " + it.nodeId() + (it.isCanary() ? ", a canary" : "")));
        plan.moved()
                .forEach(move -> before.allocation(move.allocation())
                        .ifPresent(it -> told.add("~ " + name(it) + " goes on as version " + move.jobVersion())));
        plan.failed()
                .forEach((group, metric) ->
                        told.add("! no room for " + plan.queued().get(group) + " of " + group));
        plan.followUps().stream()
                .filter(it -> it.status() == EvaluationStatus.PENDING)
                .forEach(it -> told.add("? looks again in "
                        + Duration.between(now, it.waitUntil()).toSeconds() + " s: " + it.statusDescription()));
    }

    static String name(Allocation allocation) {
        String name = allocation.name();
        return name.substring(name.indexOf('.') + 1) + "@" + allocation.jobVersion();
    }
}
