package dev.steppe.server;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.Deployment;
import dev.steppe.model.DeploymentId;
import dev.steppe.model.DeploymentState;
import dev.steppe.model.DeploymentStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.Job;
import dev.steppe.scheduler.Rescheduling;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Lets deployments go on: promotes canaries that are to promote themselves, fails what makes no progress, brings back the
 * version before where that is wished, and has the scheduler look at what changed. Success is the scheduler's to find.
 */
final class DeploymentWatcher implements Controller {
    private static final String TRIGGER = "deployment-watcher";

    /** For each deployment an evaluation that saw its newest progress; only saves looking for it again. */
    private final TreeMap<DeploymentId, EvaluationId> noticed = new TreeMap<>();

    /** What the scheduler is to look at. */
    private enum Cause {
        PROGRESS,
        PROMOTION,
        FAILURE
    }

    @Override
    public String name() {
        return "deployments";
    }

    @Override
    public List<Command> decide(Snapshot snapshot, Instant now) {
        var commands = new ArrayList<Command>();
        for (Deployment deployment : snapshot.activeDeployments()) {
            decide(snapshot, deployment, now).ifPresent(commands::add);
        }
        noticed.keySet()
                .removeIf(id ->
                        snapshot.deployment(id).filter(Deployment::isActive).isEmpty());
        return commands;
    }

    private Optional<Command> decide(Snapshot snapshot, Deployment deployment, Instant now) {
        var job = snapshot.job(deployment.jobKey()).filter(deployment::isOf);
        if (job.isEmpty()) {
            // a newer version or the end of the job cancels it: its evaluation is on the way
            return Optional.empty();
        }
        if (deployment.status() == DeploymentStatus.RUNNING) {
            var failure = failure(snapshot, deployment, job.get(), now);
            if (failure.isPresent()) {
                return Optional.of(fail(snapshot, deployment, failure.get(), now));
            }
            if (deployment.promotesItself() && allCanariesHealthy(snapshot, deployment)) {
                return Optional.of(new Command.PromoteDeployment(
                        deployment.id(),
                        trying(deployment),
                        List.of(evaluation(job.get(), deployment, Cause.PROMOTION, now)),
                        now));
            }
        }
        return isNoticed(snapshot, deployment)
                ? Optional.empty()
                : Optional.of(new Command.PutEvaluations(
                        List.of(evaluation(job.get(), deployment, Cause.PROGRESS, now)), now));
    }

    /** Why a deployment cannot succeed any more. */
    private static Optional<String> failure(Snapshot snapshot, Deployment deployment, Job job, Instant now) {
        for (var group : deployment.taskGroups().entrySet()) {
            var state = group.getValue();
            if (state.progressDeadline().isZero() && state.unhealthyAllocs() > 0) {
                return Optional.of(Deployment.UNHEALTHY);
            }
            boolean late = !state.requireProgressBy().equals(Instant.EPOCH)
                    && now.isAfter(state.requireProgressBy())
                    && !isDone(snapshot, deployment, group.getKey(), state);
            if (late) {
                return Optional.of(Deployment.NO_PROGRESS);
            }
        }
        // counted by the state: most deployments have none, and need not be looked through at every change
        boolean anyUnhealthy = deployment.taskGroups().values().stream().anyMatch(state -> state.unhealthyAllocs() > 0);
        boolean hopeless = anyUnhealthy
                && snapshot.allocationsOf(deployment.jobKey()).stream()
                        .anyMatch(allocation -> isOf(deployment, allocation)
                                && allocation.isUnhealthy()
                                && allocation.client().status() == ClientStatus.FAILED
                                && allocation.desiredStatus() == DesiredStatus.RUN
                                && allocation.next().isEmpty()
                                && (job.spec().type().everywhere()
                                        || Rescheduling.isExhausted(job.spec(), allocation)));
        return hopeless ? Optional.of(Deployment.UNHEALTHY) : Optional.empty();
    }

    private static boolean isOf(Deployment deployment, Allocation allocation) {
        return allocation.deploymentId().equals(Optional.of(deployment.id()));
    }

    /** True when the group waits for nothing but a promotion, or for nothing. */
    private static boolean isDone(Snapshot snapshot, Deployment deployment, String group, DeploymentState state) {
        int healthy = 0;
        boolean settled = true;
        for (Allocation allocation : snapshot.allocationsOf(deployment.jobKey())) {
            if (!allocation.taskGroup().equals(group) || allocation.isTerminal()) {
                continue;
            }
            boolean counts = isOf(deployment, allocation) && (!state.isTrying() || allocation.isCanary());
            healthy += counts && allocation.isHealthy() ? 1 : 0;
            settled &= allocation.isHealthy() && allocation.jobVersion() == deployment.jobVersion();
        }
        return state.isTrying() ? healthy >= state.desiredCanaries() : settled && healthy >= state.desiredTotal();
    }

    private static List<String> trying(Deployment deployment) {
        return deployment.taskGroups().entrySet().stream()
                .filter(group -> group.getValue().isTrying())
                .map(group -> group.getKey())
                .toList();
    }

    private static boolean allCanariesHealthy(Snapshot snapshot, Deployment deployment) {
        return deployment.taskGroups().entrySet().stream()
                .filter(group -> group.getValue().isTrying())
                .allMatch(group -> isDone(snapshot, deployment, group.getKey(), group.getValue()));
    }

    /** Fails a deployment, and goes back to the version before where that is wished and possible. */
    static Command.FailDeployment fail(Snapshot snapshot, Deployment deployment, String reason, Instant now) {
        var job = snapshot.job(deployment.jobKey()).filter(deployment::isOf);
        var evaluations = job.map(it -> List.of(evaluation(it, deployment, Cause.FAILURE, now)))
                .orElse(List.of());
        if (job.isEmpty() || !deployment.revertsItself()) {
            return new Command.FailDeployment(deployment.id(), reason, Optional.empty(), evaluations, now);
        }
        var stable = snapshot.stableBefore(job.get());
        String outcome;
        if (stable.isEmpty()) {
            outcome = " - no stable job version to auto revert to";
        } else if (stable.get().spec().equals(job.get().spec())) {
            outcome = " - not rolling back to stable job version "
                    + stable.get().version() + " as current job has same specification";
            stable = Optional.empty();
        } else {
            outcome = " - rolling back to job version " + stable.get().version();
        }
        return new Command.FailDeployment(
                deployment.id(), reason + outcome, stable.map(Job::version), evaluations, now);
    }

    /** True when a scheduler saw the newest progress, or is going to. */
    private boolean isNoticed(Snapshot snapshot, Deployment deployment) {
        var known = Optional.ofNullable(noticed.get(deployment.id())).flatMap(snapshot::evaluation);
        if (known.filter(it -> notices(it, deployment)).isPresent()) {
            return true;
        }
        var found = snapshot.evaluationsOf(deployment.jobKey()).stream()
                .filter(it -> notices(it, deployment))
                .findFirst();
        found.ifPresent(it -> noticed.put(deployment.id(), it.id()));
        return found.isPresent();
    }

    private static boolean notices(Evaluation evaluation, Deployment deployment) {
        return evaluation.status() == EvaluationStatus.PENDING
                ? evaluation.waitUntil().equals(Instant.EPOCH)
                : evaluation.snapshotIndex() >= deployment.progressIndex();
    }

    /** The same one each time it is asked for, until there is other progress. */
    private static Evaluation evaluation(Job job, Deployment deployment, Cause cause, Instant now) {
        long seed =
                (deployment.id().value().hashCode() * 1_000_003L + deployment.progressIndex()) * 31 + cause.ordinal();
        return Evaluations.of(job, TRIGGER, now, new SplittableRandom(seed));
    }
}
