package dev.steppe.state;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.AuthorityRoot;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.Evaluation;
import dev.steppe.model.Intention;
import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobOrigin;
import dev.steppe.model.JobSpec;
import dev.steppe.model.NodeStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Applies one command to a draft. Total and deterministic: a command that cannot apply is refused with a reason, the same
 * on every server, and changes nothing.
 */
final class Applier {
    /** Versions kept of each job beside those that allocations refer to, so that one can go back. */
    static final int VERSIONS_KEPT = 6;

    private final Draft draft;
    private final Snapshot before;
    private KeyOutcome keyOutcome = new KeyOutcome(List.of(), List.of());

    Applier(Snapshot before, Draft draft) {
        this.before = before;
        this.draft = draft;
    }

    /** Why the command is refused, or empty when it is applied. */
    Optional<String> apply(Command command) {
        return command.format() > draft.format
                ? Optional.of(command.getClass().getSimpleName() + " needs format " + command.format()
                        + " of the log, and the servers have agreed on " + draft.format)
                : carryOut(command);
    }

    private Optional<String> carryOut(Command command) {
        return switch (command) {
            case Command.RegisterJob register -> registerJob(register);
            case Command.DeregisterJob deregister -> deregisterJob(deregister);
            case Command.TagVersion tag -> tagVersion(tag);
            case Command.RegisterNode register -> nodes(register).register(register);
            case Command.SetNodeStatus change -> nodes(change).change(change);
            case Command.SetNodeEligibility change -> nodes(change).change(change);
            case Command.DrainNode drain -> nodes(drain).drain(drain);
            case Command.EndDrain end -> nodes(end).end(end);
            case Command.RemoveNodes remove -> nodes(remove).remove(remove);
            case Command.PutNodePool put -> nodes(put).put(put.pool());
            case Command.DeleteNodePool delete -> nodes(delete).delete(delete.name());
            case Command.PutEvaluations put -> putEvaluations(put.evaluations(), put.at());
            case Command.ApplyPlan plan -> applyPlan(plan);
            case Command.PauseDeployment pause -> then(deployments(pause).pause(pause), pause.evaluations(), pause);
            case Command.PromoteDeployment promote ->
                then(deployments(promote).promote(promote), promote.evaluations(), promote);
            case Command.FailDeployment fail -> failDeployment(fail);
            case Command.JudgeAllocations judge -> then(deployments(judge).judge(judge), judge.evaluations(), judge);
            case Command.SetJobStable set -> deployments(set).setStable(set);
            case Command.SetTransitions set -> setTransitions(set);
            case Command.ReportAllocations report -> report(report);
            case Command.PutIntention put -> putIntention(put);
            case Command.DeleteIntention delete -> deleteIntention(delete);
            case Command.PutRoot put -> putRoot(put.root());
            case Command.Collect collect -> collect(collect);
            case Command.PutVariable put -> variables(put).put(put);
            case Command.DeleteVariable delete -> variables(delete).delete(delete);
            case Command.LockVariable lock -> variables(lock).lock(lock);
            case Command.UnlockVariable unlock -> variables(unlock).unlock(unlock);
            case Command.PutDataKey put -> variables(put).put(put);
            case Command.ResealVariables reseal -> variables(reseal).reseal(reseal);
            case Command.RemoveDataKey remove -> variables(remove).remove(remove);
            case Command.ChangeKeys change -> change(change);
            case Command.CreateSession create -> keys(create).create(create.session());
            case Command.DestroySession destroy -> keys(destroy).destroy(destroy.session());
            case Command.PutJoinToken put -> agents(put).put(put.token());
            case Command.UseJoinToken use -> agents(use).use(use.digest());
            case Command.PutServer put -> agents(put).put(put.server());
            case Command.RemoveServer remove -> agents(remove).remove(remove.id());
            case Command.PutRegion put -> agents(put).put(put.region());
            case Command.RemoveRegion remove -> agents(remove).removeRegion(remove.name());
            case Command.SetSchedulerConfiguration set -> new SchedulerSettings(draft).set(set);
            case Command.PutAutopilot put -> new OperatorChanges(draft).put(put);
            case Command.RestorePart part -> new OperatorChanges(draft).restore(part);
            case Command.RaiseFormat raise -> new OperatorChanges(draft).raise(raise.to());
            case Command.PutAccessToken put -> agents(put).put(put);
            case Command.DeleteAccessToken delete -> agents(delete).delete(delete.accessorId());
            case Command.DropRestore drop -> new OperatorChanges(draft).drop(drop);
            case Command.ReapTombstones reap -> keys(reap).reap(reap.upTo());
            case Command.LaunchPeriodic launch -> new LaunchChanges(before, draft).launch(launch);
            case Command.DispatchJob dispatch -> new LaunchChanges(before, draft).dispatch(dispatch);
            case Command.ScaleJob scale -> scale(scale);
        };
    }

    private DeploymentChanges deployments(Command command) {
        return new DeploymentChanges(draft, command.at());
    }

    /** What was not refused lets the scheduler look at something. */
    private Optional<String> then(Optional<String> refusal, List<Evaluation> evaluations, Command command) {
        return refusal.isPresent() ? refusal : putEvaluations(evaluations, command.at());
    }

    private VariableChanges variables(Command command) {
        return new VariableChanges(draft, command.at());
    }

    private AgentChanges agents(Command command) {
        return new AgentChanges(draft, command.at());
    }

    private NodeChanges nodes(Command command) {
        return new NodeChanges(before, draft, command.at());
    }

    private KeyChanges keys(Command command) {
        return new KeyChanges(draft, command.at());
    }

    private Optional<String> change(Command.ChangeKeys command) {
        keyOutcome = keys(command).run(command.operations());
        return keyOutcome.failures().stream().findFirst().map(KeyOutcome.Failure::reason);
    }

    /** What a transaction on keys read, or which of its operations failed; empty for other commands. */
    KeyOutcome keyOutcome() {
        return keyOutcome;
    }

    private Optional<String> registerJob(Command.RegisterJob command) {
        var key = command.spec().key();
        var existing = before.job(key);
        long current = existing.map(Job::jobModifyIndex).orElse(0L);
        if (command.enforceIndex().isPresent() && command.enforceIndex().get() != current) {
            return Optional.of(
                    "Enforcing job modify index " + command.enforceIndex().get() + ": job exists with index " + current
                            + "; read the job again and decide anew");
        }
        boolean same = existing.isPresent()
                && !existing.get().stop()
                && existing.get().spec().equals(command.spec());
        if (!same) {
            putNewVersion(command.spec(), command.at());
        }
        command.submission()
                .ifPresent(submission -> draft.put(new SubmittedVersion(
                        key.namespace(),
                        key.id(),
                        draft.jobs.get(key).map(Job::version).orElse(0L),
                        submission)));
        return putEvaluations(command.evaluation().stream().toList(), command.at());
    }

    private void putNewVersion(JobSpec spec, Instant at) {
        var existing = before.job(spec.key());
        draft.put(new Job(
                spec,
                false,
                false,
                existing.or(() -> newestOfBefore(spec.key()))
                        .map(job -> job.version() + 1)
                        .orElse(0L),
                at,
                existing.map(Job::createIndex).orElse(draft.index),
                draft.index,
                draft.index,
                Optional.empty(),
                existing.map(Job::origin).orElse(JobOrigin.NONE)));
        dropOldVersions(spec.key());
        new LaunchChanges(before, draft).registered(existing, spec.key(), at);
    }

    /** The newest version of a purged job whose instances are still known: those of its successor are told from them by a higher one. */
    private Optional<Job> newestOfBefore(JobKey key) {
        return before.versionsOf(key).stream().findFirst();
    }

    private Optional<String> failDeployment(Command.FailDeployment command) {
        var deployment = before.deployment(command.deployment());
        var refusal = deployments(command).fail(command);
        if (refusal.isPresent()) {
            return refusal;
        }
        var key = deployment.orElseThrow().jobKey();
        boolean current = before.job(key).filter(deployment.get()::isOf).isPresent();
        command.revertTo()
                .filter(version -> current)
                .flatMap(version -> before.job(key, version))
                .ifPresent(earlier -> {
                    putNewVersion(earlier.spec(), command.at());
                    before.submission(key, earlier.version())
                            .ifPresent(source -> draft.put(new SubmittedVersion(
                                    key.namespace(),
                                    key.id(),
                                    draft.jobs.get(key).orElseThrow().version(),
                                    source)));
                });
        return putEvaluations(command.evaluations(), command.at());
    }

    private Optional<String> deregisterJob(Command.DeregisterJob command) {
        var existing = before.job(command.key());
        if (existing.isEmpty()) {
            return Optional.of("job " + command.key() + " is not registered");
        }
        var job = existing.get();
        if (command.purge()) {
            draft.removeJob(command.key());
            before.versionsOf(command.key()).stream()
                    .filter(version -> !isUsed(version))
                    .forEach(draft::removeVersion);
        } else if (!job.stop()) {
            draft.put(new Job(
                    job.spec(),
                    true,
                    job.stable(),
                    job.version() + 1,
                    job.submitTime(),
                    job.createIndex(),
                    draft.index,
                    draft.index,
                    Optional.empty(),
                    job.origin()));
            dropOldVersions(command.key());
            new LaunchChanges(before, draft).registered(existing, command.key(), command.at());
        }
        return putEvaluations(command.evaluation().stream().toList(), command.at());
    }

    /**
     * Forgets versions beyond the newest few that no allocation runs and nobody tagged; the newest stable one stays. Those of
     * a purged job of that name stay as long as an allocation runs them.
     */
    private void dropOldVersions(JobKey key) {
        long newest = draft.jobs.get(key).map(Job::version).orElse(Long.MAX_VALUE);
        var own = before.historyOf(key);
        long stable =
                own.stream().filter(Job::stable).mapToLong(Job::version).max().orElse(-1);
        for (Job job : before.versionsOf(key)) {
            boolean wanted = own.contains(job)
                    && (job.version() == stable
                            || job.versionTag().isPresent()
                            || job.version() > newest - VERSIONS_KEPT);
            if (!wanted && !isUsed(job)) {
                draft.removeVersion(job);
            }
        }
    }

    private boolean isUsed(Job version) {
        return before.allocationsOf(version.key()).stream()
                .anyMatch(allocation -> allocation.jobVersion() == version.version());
    }

    private Optional<String> scale(Command.ScaleJob command) {
        var existing = before.job(command.key());
        if (existing.isEmpty() || existing.get().spec().group(command.group()).isEmpty()) {
            return Optional.of("job " + command.key() + " has no group \"" + command.group() + "\"");
        }
        var job = existing.get();
        if (command.enforceIndex()
                .filter(index -> index != job.jobModifyIndex())
                .isPresent()) {
            return Optional.of(
                    "Enforcing job modify index " + command.enforceIndex().get() + ": job exists with index "
                            + job.jobModifyIndex() + "; read the job again and decide anew");
        }
        command.event().count().ifPresent(count -> {
            draft.put(job.scaled(command.group(), count, draft.index));
            dropOldVersions(command.key());
        });
        draft.put(before.scaling(command.key())
                .with(command.group(), command.event().stored(draft.index)));
        return putEvaluations(command.evaluation().stream().toList(), command.at());
    }

    private Optional<String> tagVersion(Command.TagVersion command) {
        var own = before.historyOf(command.key());
        var version =
                own.stream().filter(it -> it.version() == command.version()).findFirst();
        if (version.isEmpty()) {
            return Optional.of("job " + command.key() + " has no version " + command.version());
        }
        for (Job other : own) {
            boolean taken = other.version() != command.version()
                    && other.versionTag().isPresent()
                    && command.tag()
                            .map(tag ->
                                    tag.name().equals(other.versionTag().get().name()))
                            .orElse(false);
            if (taken) {
                return Optional.of("tag \"" + command.tag().get().name() + "\" already exists on version "
                        + other.version() + " of the job; unset it first");
            }
        }
        draft.putVersion(version.get().tagged(command.tag(), draft.index));
        return Optional.empty();
    }

    private Optional<String> putEvaluations(List<Evaluation> evaluations, Instant at) {
        draft.putAll(evaluations, at);
        return Optional.empty();
    }

    private Optional<String> applyPlan(Command.ApplyPlan plan) {
        var deployments = deployments(plan);
        plan.ended().forEach(deployments::end);
        plan.deployment().ifPresent(deployments::begin);
        for (Command.Stop stop : plan.stopped()) {
            draft.allocations.get(stop.allocation()).ifPresent(allocation -> stop(allocation, stop, plan.at()));
        }
        var counted = new ArrayList<Allocation>();
        for (Command.Move move : plan.moved()) {
            draft.allocations.get(move.allocation()).ifPresent(allocation -> {
                var goingOn = moved(allocation, move);
                putByServer(goingOn, plan.at());
                if (!goingOn.deploymentId().equals(allocation.deploymentId())) {
                    counted.add(goingOn);
                }
            });
        }
        for (Allocation placed : plan.placed().all(draft::knownNode)) {
            draft.put(placed.stored(draft.index, draft.index, draft.index, plan.at(), plan.at()), true);
            counted.add(placed);
            placed.previous()
                    .flatMap(draft.allocations::get)
                    .ifPresent(previous -> putByServer(previous.replacedBy(placed.id()), plan.at()));
        }
        deployments.placed(counted);
        return putEvaluations(plan.evaluations(), plan.at());
    }

    private static Allocation moved(Allocation allocation, Command.Move move) {
        var updated = allocation.updated(move.jobVersion(), move.evaluation(), move.deployment());
        return move.epoch().map(updated::resumed).orElse(updated);
    }

    /** What a node told while the plan was made stands: nobody would tell it again. */
    private void stop(Allocation allocation, Command.Stop stop, Instant at) {
        boolean ended = allocation.client().status().isTerminal();
        boolean outOfReach = stop.client().equals(Optional.of(ClientStatus.UNKNOWN));
        if (outOfReach && (ended || isReached(allocation))) {
            return;
        }
        var changed = allocation.desired(stop.desired(), stop.reason());
        if (!ended && stop.client().isPresent()) {
            changed = changed.reported(stop.client().get(), stop.reason());
        } else if (!ended && isOnLostNode(allocation)) {
            changed = changed.reported(ClientStatus.LOST, "its node is lost");
        }
        putByServer(stop.preemptedBy().map(changed::preemptedBy).orElse(changed), at);
        new DeploymentChanges(draft, at).ended(allocation, changed);
    }

    /** Nobody will tell that it has stopped. */
    private boolean isOnLostNode(Allocation allocation) {
        return before.node(allocation.nodeId())
                .filter(node -> node.status() != NodeStatus.DOWN)
                .isEmpty();
    }

    /** Its node is back and has told what became of it. */
    private boolean isReached(Allocation allocation) {
        return before.node(allocation.nodeId())
                .filter(node -> node.status() == NodeStatus.READY)
                .isPresent();
    }

    private void putByServer(Allocation allocation, Instant at) {
        draft.put(allocation.stored(draft.index, at), true);
    }

    private Optional<String> setTransitions(Command.SetTransitions command) {
        for (AllocationId id : command.allocations()) {
            draft.allocations
                    .get(id)
                    .filter(allocation -> !allocation.client().status().isTerminal())
                    .ifPresent(allocation -> putByServer(allocation.asked(command.transition()), command.at()));
        }
        return putEvaluations(command.evaluations(), command.at());
    }

    private Optional<String> report(Command.ReportAllocations command) {
        for (Command.Report report : command.reports()) {
            var existing = draft.allocations.get(report.allocation());
            if (existing.isPresent() && !isLate(existing.get(), report)) {
                var allocation = reachable(existing.get());
                var heard = allocation
                        .heard(report.state())
                        .stored(
                                allocation.createIndex(),
                                draft.index,
                                allocation.allocModifyIndex(),
                                allocation.createTime(),
                                command.at());
                draft.put(heard, false);
                deployments(command).proved(existing, heard);
                deployments(command).ended(existing.get(), heard);
            }
        }
        return putEvaluations(command.evaluations(), command.at());
    }

    /** Its node speaks again: what was said about it while it did not is over. */
    private static Allocation reachable(Allocation allocation) {
        boolean awaited =
                allocation.client().status() == ClientStatus.UNKNOWN && allocation.desiredStatus() == DesiredStatus.RUN;
        return awaited ? allocation.desired(DesiredStatus.RUN, "") : allocation;
    }

    /** A report that would bring back to life what has ended: it was overtaken on its way. */
    private static boolean isLate(Allocation allocation, Command.Report report) {
        return allocation.client().status().isTerminal()
                && !report.state().status().isTerminal();
    }

    private Optional<String> putIntention(Command.PutIntention command) {
        var intention = command.intention();
        var pair = new Snapshot.IntentionPair(intention.source(), intention.destination());
        var existing = before.intention(intention.source(), intention.destination());
        draft.intentions = draft.intentions.put(
                pair,
                new Intention(
                        existing.map(Intention::id).orElse(intention.id()),
                        intention.source(),
                        intention.destination(),
                        intention.action(),
                        intention.description(),
                        intention.meta(),
                        existing.map(Intention::createdAt).orElse(command.at()),
                        command.at(),
                        existing.map(Intention::createIndex).orElse(draft.index),
                        draft.index));
        draft.publish(new Event.Other(Table.INTENTIONS));
        return Optional.empty();
    }

    private Optional<String> deleteIntention(Command.DeleteIntention command) {
        var pair = new Snapshot.IntentionPair(command.source(), command.destination());
        if (!draft.intentions.containsKey(pair)) {
            return Optional.of("there is no intention from " + command.source() + " to " + command.destination());
        }
        draft.intentions = draft.intentions.remove(pair);
        draft.publish(new Event.Other(Table.INTENTIONS));
        return Optional.empty();
    }

    private Optional<String> putRoot(AuthorityRoot root) {
        if (root.active()) {
            for (AuthorityRoot other : before.roots()) {
                draft.roots = draft.roots.put(other.id(), other.inactive());
            }
        }
        draft.roots = draft.roots.put(root.id(), root);
        draft.publish(new Event.Other(Table.ROOTS));
        return Optional.empty();
    }

    private Optional<String> collect(Command.Collect command) {
        command.evaluations().stream()
                .flatMap(id -> before.evaluation(id).stream())
                .forEach(draft::remove);
        command.allocations().stream()
                .flatMap(id -> before.allocation(id).stream())
                .filter(allocation -> allocation.client().status().isTerminal())
                .forEach(this::collect);
        command.deployments().stream()
                .flatMap(id -> before.deployment(id).stream())
                .filter(deployment -> !deployment.isActive())
                .forEach(draft::remove);
        for (JobKey key : new ArrayList<>(command.jobs())) {
            before.versionsOf(key).forEach(draft::removeVersion);
            if (draft.jobs.containsKey(key)) {
                draft.removeJob(key);
            }
        }
        return Optional.empty();
    }

    /** The last allocation of a purged job takes the job's versions with it. */
    private void collect(Allocation allocation) {
        draft.remove(allocation);
        var key = allocation.jobKey();
        boolean last = !draft.jobs.containsKey(key)
                && before.allocationsOf(key).stream().noneMatch(other -> draft.allocations.containsKey(other.id()));
        if (last) {
            before.versionsOf(key).forEach(draft::removeVersion);
        }
    }
}
