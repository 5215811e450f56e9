package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.AllocationMetric;
import dev.steppe.model.ClientState;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.DesiredTransition;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.Ids;
import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobType;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * Decides what one evaluation means: a pure function of snapshot, evaluation, time and randomness. All feasible nodes are
 * scored; nothing is sampled.
 */
public final class Scheduler {
    /** What triggers an evaluation that replaces failed instances whatever their policy says. */
    public static final String FORCED_RESCHEDULE = "alloc-reschedule";

    /** What triggers an evaluation at the time when a disconnected node is not waited for any more. */
    static final String DISCONNECT_TIMEOUT = "max-disconnect-timeout";

    private final Snapshot snapshot;
    private final Evaluation evaluation;
    private final Instant now;
    private final RandomGenerator random;
    private final List<Allocation> placed = new ArrayList<>();
    private final List<Command.Stop> stopped = new ArrayList<>();
    private final List<Evaluation> followUps = new ArrayList<>();
    private final TreeMap<String, AllocationMetric> failed = new TreeMap<>();
    private final TreeMap<JobKey, Evaluation> victims = new TreeMap<>();
    private final TreeMap<String, Integer> queued = new TreeMap<>();
    private final TreeMap<String, DesiredUpdates> updates = new TreeMap<>();

    private Scheduler(Snapshot snapshot, Evaluation evaluation, Instant now, RandomGenerator random) {
        this.snapshot = snapshot;
        this.evaluation = evaluation;
        this.now = now;
        this.random = random;
    }

    /** The plan for one evaluation. The plan's evaluation says how it ends if the plan is accepted whole. */
    public static Plan plan(Snapshot snapshot, Evaluation evaluation, Instant now, RandomGenerator random) {
        return new Scheduler(snapshot, evaluation, now, random).run();
    }

    private Plan run() {
        var registered = snapshot.job(evaluation.jobKey());
        if (registered.isEmpty()) {
            stopped.addAll(Reconciler.stopAll(snapshot.allocationsOf(evaluation.jobKey())));
            return finish(List.of());
        }
        var job = registered.get();
        if (job.isParent()) {
            return finish(List.of());
        }
        var succession = new Succession(snapshot, job);
        var changes = new Changes();
        boolean forced = evaluation.triggeredBy().equals(FORCED_RESCHEDULE);
        new Reconciler(snapshot, job, now, succession, forced, changes).run();
        if (job.spec().type().everywhere() && !job.stop()) {
            new Everywhere(snapshot, job, succession, new NodeFates(snapshot, now, changes)).run();
        }
        stopped.addAll(changes.stopped());
        count(job, succession, changes.missing(), changes.moved());
        place(job, changes.missing());
        stopped.addAll(changes.outOfReach());
        changes.retryAt()
                .ifPresent(due -> followUps.add(followUp(
                        "alloc-failure", EvaluationStatus.PENDING, "waits to replace a failed allocation", due)));
        changes.givenUpAt()
                .ifPresent(due -> followUpOnce(
                        DISCONNECT_TIMEOUT, "waits until a disconnected node is not waited for any more", due));
        var moved = new ArrayList<>(changes.moved());
        moved.addAll(changes.resumed());
        return finish(moved);
    }

    /** What is to become of each group, whether or not there is room for it. */
    private void count(Job job, Succession succession, List<Missing> missing, List<Command.Move> moved) {
        var touched = new TreeSet<AllocationId>();
        job.spec().taskGroups().forEach(group -> updates.put(group.name(), DesiredUpdates.NONE));
        for (Missing instance : missing) {
            instance.replaces().ifPresent(old -> touched.add(old.id()));
            count(
                    instance.group().name(),
                    instance.replaces()
                            .filter(old -> instance.stopsReplaced())
                            .map(old -> DesiredUpdates.replaced(
                                    succession.of(old, instance.group()).replacing()))
                            .orElseGet(DesiredUpdates::placed));
        }
        moved.forEach(move -> touched.add(move.allocation()));
        moved.forEach(move -> snapshot.allocation(move.allocation())
                .ifPresent(it -> count(it.taskGroup(), DesiredUpdates.updatedInPlace())));
        stopped.forEach(stop -> touched.add(stop.allocation()));
        stopped.forEach(stop -> snapshot.allocation(stop.allocation())
                .ifPresent(it -> count(it.taskGroup(), DesiredUpdates.stopped())));
        for (Allocation allocation : snapshot.allocationsOf(job.key())) {
            if (!allocation.isTerminal() && !touched.contains(allocation.id())) {
                count(allocation.taskGroup(), DesiredUpdates.ignored(allocation.jobVersion() != job.version()));
            }
        }
    }

    private void count(String group, DesiredUpdates one) {
        updates.merge(group, one, DesiredUpdates::plus);
    }

    private void place(Job job, List<Missing> missing) {
        var nodes = new Candidates(snapshot, job, stopped);
        var epochs = new Epochs(snapshot, job);
        for (var group : job.spec().taskGroups()) {
            queued.put(group.name(), 0);
        }
        for (Missing instance : missing) {
            var replaced = instance.replaces();
            replaced.filter(old -> instance.stopsReplaced()).ifPresent(nodes::free);
            var choice = choose(nodes, instance);
            if (choice.node().isPresent()) {
                choice.victims().forEach(nodes::evict);
                accept(job, instance, choice, epochs);
                nodes.take(placed.getLast());
            } else {
                replaced.filter(old -> instance.stopsReplaced()).ifPresent(nodes::holdAgain);
                reject(instance, choice.metric());
            }
        }
    }

    /** Where the data of the one before is, when that is to be kept and there is room; else the best node. */
    private Candidates.Choice choose(Candidates nodes, Missing instance) {
        var home = instance.replaces()
                .filter(old -> instance.group().ephemeralDisk().sticky()
                        && instance.pinned().isEmpty())
                .map(old -> nodes.choose(instance.on(old.nodeId()), random))
                .filter(choice -> choice.node().isPresent() && choice.victims().isEmpty());
        return home.orElseGet(() -> nodes.choose(instance, random));
    }

    private void accept(Job job, Missing instance, Candidates.Choice choice, Epochs epochs) {
        var node = choice.node().orElseThrow();
        var id = new AllocationId(Ids.random(random));
        if (instance.stopsReplaced()) {
            stopped.add(new Command.Stop(
                    instance.replaces().orElseThrow().id(),
                    DesiredStatus.STOP,
                    "alloc is being updated due to job update",
                    Optional.empty()));
        }
        instance.replaces()
                .filter(old -> !instance.stopsReplaced()
                        && old.desiredStatus() == DesiredStatus.RUN
                        && old.client().status().isTerminal())
                .ifPresent(old -> stopped.add(new Command.Stop(
                        old.id(),
                        DesiredStatus.STOP,
                        "alloc was rescheduled because it "
                                + (old.client().status() == ClientStatus.FAILED ? "failed" : "ended"),
                        Optional.empty())));
        long epoch = epochs.next(instance.name(), node.id());
        placed.add(new Allocation(
                id,
                job.spec().namespace(),
                evaluation.id(),
                instance.name(),
                node.id(),
                node.spec().name(),
                job.spec().id(),
                instance.job().version(),
                instance.group().name(),
                choice.resources().orElseThrow(),
                DesiredStatus.RUN,
                "",
                DesiredTransition.NONE,
                instance.replaces().map(Allocation::id),
                Optional.empty(),
                Optional.of(choice.metric()),
                ClientState.fresh(),
                choice.victims().stream().map(Allocation::id).toList(),
                Optional.empty(),
                epoch,
                0,
                0,
                0,
                now,
                now));
        choice.victims().forEach(victim -> evict(victim, id));
        if (!choice.victims().isEmpty()) {
            count(
                    instance.group().name(),
                    DesiredUpdates.preempting(choice.victims().size()));
        }
    }

    private void evict(Allocation victim, AllocationId winner) {
        stopped.add(new Command.Stop(
                victim.id(),
                DesiredStatus.EVICT,
                "Preempted by alloc ID " + winner,
                Optional.empty(),
                Optional.of(winner)));
        victims.computeIfAbsent(victim.jobKey(), this::rescheduling);
    }

    /** Whoever lost an instance may find room elsewhere. */
    private Evaluation rescheduling(JobKey key) {
        var job = snapshot.job(key);
        return followUp("preemption", EvaluationStatus.PENDING, "", Instant.EPOCH)
                .of(
                        key,
                        job.map(it -> it.spec().type()).orElse(JobType.SERVICE),
                        job.map(it -> it.spec().priority()).orElse(evaluation.priority()),
                        job.map(Job::modifyIndex).orElse(0L));
    }

    private void reject(Missing instance, AllocationMetric metric) {
        String group = instance.group().name();
        queued.merge(group, 1, Integer::sum);
        failed.merge(group, metric, (first, again) -> Explanation.coalesced(first));
    }

    private Plan finish(List<Command.Move> moved) {
        Optional<EvaluationId> blocked = Optional.empty();
        if (!failed.isEmpty()) {
            var waiting = followUp(
                    "queued-allocs", EvaluationStatus.BLOCKED, "created to place remaining allocations", Instant.EPOCH);
            followUps.add(waiting.scheduled(
                    EvaluationStatus.BLOCKED, waiting.statusDescription(), failed, queued, Optional.empty()));
            blocked = Optional.of(waiting.id());
        }
        var done = evaluation.scheduled(EvaluationStatus.COMPLETE, "", failed, queued, blocked);
        return new Plan(
                done, placed, stopped, moved, failed, queued, updates, followUps, List.copyOf(victims.values()));
    }

    /** Unless an evaluation is there that will look at the job then. */
    private void followUpOnce(String trigger, String description, Instant due) {
        boolean known = snapshot.evaluationsOf(evaluation.jobKey()).stream()
                .anyMatch(it -> it.status() == EvaluationStatus.PENDING
                        && it.triggeredBy().equals(trigger)
                        && it.waitUntil().equals(due));
        if (!known) {
            followUps.add(followUp(trigger, EvaluationStatus.PENDING, description, due));
        }
    }

    private Evaluation followUp(String trigger, EvaluationStatus status, String description, Instant waitUntil) {
        return new Evaluation(
                new EvaluationId(Ids.random(random)),
                evaluation.namespace(),
                evaluation.priority(),
                evaluation.type(),
                trigger,
                evaluation.jobId(),
                evaluation.jobModifyIndex(),
                Optional.empty(),
                status,
                description,
                waitUntil,
                Optional.of(evaluation.id()),
                Optional.empty(),
                Optional.empty(),
                new TreeMap<>(),
                new TreeMap<>(),
                snapshot.index(),
                0,
                0,
                now,
                now);
    }
}
