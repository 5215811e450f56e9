package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.AllocationMetric;
import dev.steppe.model.ClientState;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.Deployment;
import dev.steppe.model.DeploymentHealth;
import dev.steppe.model.DeploymentId;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.DesiredTransition;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.Ids;
import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobType;
import dev.steppe.model.RescheduleTracker;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
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

    /** Why an instance is stopped whose successor of a newer version has a place. */
    static final String UPDATED = "alloc is being updated due to job update";

    static final Duration BATCH = Duration.ofSeconds(5);

    /** What evaluations come of that replace what failed. */
    static final String FAILURE = "alloc-failure";

    private final Snapshot snapshot;
    private final Evaluation evaluation;
    private final Instant now;
    private final RandomGenerator random;
    private final AllocationId.Row ids;
    private final boolean inParts;
    private final List<Allocation> placed = new ArrayList<>();
    private final List<Command.Stop> stopped = new ArrayList<>();
    private final List<Evaluation> followUps = new ArrayList<>();
    private final TreeMap<String, AllocationMetric> failed = new TreeMap<>();
    private final TreeMap<JobKey, Evaluation> victims = new TreeMap<>();
    private final TreeMap<String, Integer> queued = new TreeMap<>();
    private final TreeMap<String, Integer> queuedUpdates = new TreeMap<>();
    private final TreeMap<String, DesiredUpdates> updates = new TreeMap<>();

    private Scheduler(Snapshot snapshot, Evaluation evaluation, Instant now, RandomGenerator random, boolean inParts) {
        this.snapshot = snapshot;
        this.evaluation = evaluation;
        this.now = now;
        this.random = random;
        ids = new AllocationId.Row(random);
        this.inParts = inParts;
    }

    /** The plan for one evaluation. The plan's evaluation says how it ends if the plan is accepted whole. */
    public static Plan plan(Snapshot snapshot, Evaluation evaluation, Instant now, RandomGenerator random) {
        return new Scheduler(snapshot, evaluation, now, random, false).run();
    }

    /** What there is room for, also where the job would wait for room for all: so one sees how much is lacking. */
    static Plan inParts(Snapshot snapshot, Evaluation evaluation, Instant now, RandomGenerator random) {
        return new Scheduler(snapshot, evaluation, now, random, true).run();
    }

    private Plan run() {
        var registered = snapshot.job(evaluation.jobKey());
        if (registered.isEmpty()) {
            stopped.addAll(Reconciler.stopAll(snapshot.allocationsOf(evaluation.jobKey())));
            return finish(
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Rollout.cancelAll(snapshot.deploymentsOf(evaluation.jobKey())));
        }
        var job = registered.get();
        if (job.isParent()) {
            return finish(List.of(), Optional.empty(), Optional.empty(), List.of());
        }
        var changes = new Changes();
        var succession = new Succession(snapshot, job);
        var rollout = new Rollout(snapshot, job, newDeployment());
        boolean forced = evaluation.triggeredBy().equals(FORCED_RESCHEDULE);
        var rescheduling = new Rescheduling(snapshot, job, horizon(), forced, rollout);
        new Reconciler(new NodeFates(snapshot, now, changes), job, succession, rescheduling, rollout).run();
        stopped.addAll(changes.stopped());
        count(job, succession, changes);
        place(job, rollout, changes.missing());
        stopped.addAll(changes.outOfReach());
        changes.retryAt()
                .filter(this::isNews)
                .ifPresent(due -> followUps.add(
                        followUp(FAILURE, EvaluationStatus.PENDING, "created for delayed rescheduling", due)));
        changes.givenUpAt()
                .ifPresent(due -> followUpOnce(
                        DISCONNECT_TIMEOUT, "waits until a disconnected node is not waited for any more", due));
        var moved = new ArrayList<>(changes.moved());
        moved.addAll(changes.resumed());
        return finish(moved, rollout.active(), rollout.begun(job, evaluation.priority(), now), rollout.ended());
    }

    /** The id of the deployment that this evaluation begins, if it begins one: the same however often it is planned. */
    private DeploymentId newDeployment() {
        var name = evaluation.id() + " " + snapshot.index();
        return new DeploymentId(
                UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString());
    }

    /** What is due soon is due now: an evaluation that waited for one instance takes along those that follow closely. */
    private Instant horizon() {
        boolean waited = evaluation.waitUntil().isAfter(Instant.EPOCH);
        var batch = waited ? evaluation.waitUntil().plus(BATCH) : now;
        return batch.isAfter(now) ? batch : now;
    }

    /** False when another evaluation waits for that time already. */
    private boolean isNews(Instant due) {
        return snapshot.evaluationsOf(evaluation.jobKey()).stream()
                .noneMatch(other -> other.status() == EvaluationStatus.PENDING
                        && !other.id().equals(evaluation.id())
                        && other.waitUntil().isAfter(now)
                        && !other.waitUntil().isAfter(due));
    }

    /** What is to become of each group, whether or not there is room for it. */
    private void count(Job job, Succession succession, Changes changes) {
        var touched = new TreeSet<AllocationId>();
        job.spec().taskGroups().forEach(group -> updates.put(group.name(), DesiredUpdates.NONE));
        for (Missing instance : changes.missing()) {
            instance.replaces().ifPresent(old -> touched.add(old.id()));
            count(instance.group().name(), counted(instance, succession, changes));
        }
        changes.moved().forEach(move -> touched.add(move.allocation()));
        changes.moved()
                .forEach(move -> snapshot.allocation(move.allocation())
                        .ifPresent(it -> count(it.taskGroup(), DesiredUpdates.updatedInPlace())));
        stopped.forEach(stop -> touched.add(stop.allocation()));
        stopped.stream()
                .filter(stop -> !changes.isMigrating(stop.allocation()))
                .forEach(stop -> snapshot.allocation(stop.allocation())
                        .ifPresent(it -> count(it.taskGroup(), DesiredUpdates.stopped())));
        countOutOfReach(changes, touched);
        for (Allocation allocation : snapshot.allocationsOf(job.key())) {
            if (!allocation.isTerminal() && !touched.contains(allocation.id())) {
                count(allocation.taskGroup(), DesiredUpdates.ignored(allocation.jobVersion() != job.version()));
            }
        }
    }

    private void countOutOfReach(Changes changes, Set<AllocationId> touched) {
        changes.outOfReach().forEach(stop -> countOnce(stop.allocation(), DesiredUpdates.disconnected(), touched));
        changes.resumed().forEach(move -> countOnce(move.allocation(), DesiredUpdates.reconnected(), touched));
        changes.retried().forEach((group, failed) -> count(group, DesiredUpdates.rescheduledLater(failed)));
    }

    private void countOnce(AllocationId id, DesiredUpdates as, Set<AllocationId> touched) {
        touched.add(id);
        snapshot.allocation(id).ifPresent(it -> count(it.taskGroup(), as));
    }

    private static DesiredUpdates counted(Missing instance, Succession succession, Changes changes) {
        if (instance.canary()) {
            return DesiredUpdates.tried();
        }
        var old = instance.replaces();
        if (old.isPresent() && instance.stopsReplaced()) {
            return DesiredUpdates.replaced(
                    succession.of(old.get(), instance.group()).replacing());
        }
        boolean migrates = old.filter(it -> changes.isMigrating(it.id())).isPresent();
        if (migrates) {
            return DesiredUpdates.migrated();
        }
        boolean failed = old.filter(
                        it -> it.client().status() == ClientStatus.FAILED && it.desiredStatus() == DesiredStatus.RUN)
                .isPresent();
        return failed ? DesiredUpdates.rescheduled() : DesiredUpdates.placed();
    }

    private void count(String group, DesiredUpdates one) {
        updates.merge(group, one, DesiredUpdates::plus);
    }

    private void place(Job job, Rollout rollout, List<Missing> missing) {
        var nodes = new Candidates(snapshot, job, stopped);
        var epochs = new Epochs(snapshot, job);
        for (var group : job.spec().taskGroups()) {
            queued.put(group.name(), 0);
        }
        var before = new TreeMap<>(updates);
        int stoppedBefore = stopped.size();
        for (Missing instance : missing) {
            var replaced = instance.replaces();
            replaced.filter(old -> instance.stopsReplaced()).ifPresent(nodes::free);
            var choice = choose(nodes, instance);
            if (choice.node().isPresent()) {
                choice.victims().forEach(nodes::evict);
                var deployment = rollout.active().filter(it -> instance.job().version() == job.version());
                accept(instance, choice, deployment, epochs);
                // it has to prove itself; where none found room, nothing is waited for
                rollout.unsettled(instance.group().name());
                nodes.take(placed.getLast());
            } else {
                replaced.filter(old -> instance.stopsReplaced()).ifPresent(nodes::holdAgain);
                reject(instance, choice.metric());
            }
        }
        // where a job runs everywhere each node is for itself
        boolean together = job.spec().allAtOnce() && !job.spec().type().everywhere();
        if (together && !inParts && !failed.isEmpty()) {
            var withdrawn = stopped.subList(stoppedBefore, stopped.size());
            takeBack(withdrawn);
            withdrawn.clear();
            updates.putAll(before);
        }
    }

    /** All at once or none: what found room waits like the rest, its group among those that are looked at again. */
    private void takeBack(List<Command.Stop> withdrawn) {
        var others = List.copyOf(failed.keySet());
        var runOn = new TreeSet<AllocationId>();
        withdrawn.stream()
                .flatMap(stop -> snapshot.allocation(stop.allocation()).stream())
                .filter(old -> !old.isTerminal())
                .forEach(old -> runOn.add(old.id()));
        for (Allocation instance : placed) {
            queued.merge(instance.taskGroup(), 1, Integer::sum);
            if (instance.previous().filter(runOn::contains).isPresent()) {
                queuedUpdates.merge(instance.taskGroup(), 1, Integer::sum);
            }
            failed.merge(
                    instance.taskGroup(),
                    Explanation.withheld(instance.metrics().orElseThrow(), others),
                    (first, again) -> Explanation.coalesced(first));
        }
        placed.clear();
        victims.clear();
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

    private void accept(Missing instance, Candidates.Choice choice, Optional<DeploymentId> deployment, Epochs epochs) {
        var node = choice.node().orElseThrow();
        var id = ids.next();
        instance.replaces().flatMap(old -> stopOf(instance, old)).ifPresent(stopped::add);
        var spec = instance.job().spec();
        var client = ClientState.fresh();
        placed.add(new Allocation(
                id,
                spec.namespace(),
                evaluation.id(),
                instance.name(),
                node.id(),
                node.spec().name(),
                spec.id(),
                instance.job().version(),
                instance.group().name(),
                choice.resources().orElseThrow(),
                DesiredStatus.RUN,
                "",
                DesiredTransition.NONE,
                deployment,
                instance.replaces().flatMap(old -> remembered(instance, old)),
                instance.replaces().map(Allocation::id),
                Optional.empty(),
                Optional.of(choice.metric()),
                deployment.isPresent()
                        ? client.judged(Optional.of(DeploymentHealth.unknown(deployment, instance.canary())))
                        : client,
                choice.victims().stream().map(Allocation::id).toList(),
                Optional.empty(),
                epochs.next(instance.name(), node.id()),
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

    /** What a placed instance replaces is stopped, if it runs or would be looked at again. */
    private static Optional<Command.Stop> stopOf(Missing instance, Allocation old) {
        boolean newer = instance.job().version() != old.jobVersion();
        if (instance.stopsReplaced() || (newer && old.client().status() == ClientStatus.FAILED)) {
            return Optional.of(stop(old, UPDATED));
        }
        boolean ended = old.desiredStatus() == DesiredStatus.RUN
                && old.client().status().isTerminal();
        String reason = old.client().status() == ClientStatus.FAILED ? "failed" : "ended";
        return ended ? Optional.of(stop(old, "alloc was rescheduled because it " + reason)) : Optional.empty();
    }

    private static Command.Stop stop(Allocation allocation, String reason) {
        return new Command.Stop(allocation.id(), DesiredStatus.STOP, reason, Optional.empty());
    }

    /** A replacement knows of the failures before it, unless it is of another version. */
    private Optional<RescheduleTracker> remembered(Missing instance, Allocation old) {
        if (instance.job().version() != old.jobVersion()) {
            return Optional.empty();
        }
        return old.client().status() == ClientStatus.FAILED
                ? Optional.of(Rescheduling.after(instance.job().spec(), old, now))
                : old.rescheduleTracker();
    }

    private void reject(Missing instance, AllocationMetric metric) {
        String group = instance.group().name();
        queued.merge(group, 1, Integer::sum);
        if (instance.stopsReplaced()) {
            queuedUpdates.merge(group, 1, Integer::sum);
        }
        failed.merge(group, metric, (first, again) -> Explanation.coalesced(first));
    }

    private Plan finish(
            List<Command.Move> moved,
            Optional<DeploymentId> active,
            Optional<Deployment> begun,
            List<Command.DeploymentEnd> ended) {
        Optional<EvaluationId> blocked = Optional.empty();
        if (!failed.isEmpty()) {
            var waiting = followUp(
                    "queued-allocs", EvaluationStatus.BLOCKED, "created to place remaining allocations", Instant.EPOCH);
            followUps.add(waiting.scheduled(
                    EvaluationStatus.BLOCKED, waiting.statusDescription(), failed, queued, Optional.empty()));
            blocked = Optional.of(waiting.id());
        }
        var done = evaluation
                .scheduled(EvaluationStatus.COMPLETE, left(blocked), failed, queued, blocked)
                .seen(active, snapshot.index());
        return new Plan(
                done,
                placed,
                stopped,
                moved,
                failed,
                queued,
                queuedUpdates,
                updates,
                followUps,
                List.copyOf(victims.values()),
                begun,
                ended);
    }

    /** One that could not place everything is not simply complete. */
    private String left(Optional<EvaluationId> blocked) {
        var lacking = new ArrayList<String>();
        failed.keySet().forEach(group -> lacking.add(queued.getOrDefault(group, 0) + " of " + group));
        return blocked.map(it -> String.join(", ", lacking) + " without a place; evaluation " + it + " waits for room")
                .orElse("");
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
        var id = new EvaluationId(Ids.random(random));
        return evaluation
                .successor(id, trigger, status, description, waitUntil, now)
                .seen(snapshot.index());
    }
}
