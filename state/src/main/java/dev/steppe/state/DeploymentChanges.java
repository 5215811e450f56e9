package dev.steppe.state;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.ClientState;
import dev.steppe.model.Deployment;
import dev.steppe.model.DeploymentHealth;
import dev.steppe.model.DeploymentId;
import dev.steppe.model.DeploymentState;
import dev.steppe.model.DeploymentStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * What commands do to deployments. Their counts follow from the allocations as those are placed and prove themselves, so
 * they hold also when only a part of a plan was applied.
 */
final class DeploymentChanges {
    private final Draft draft;
    private final Instant at;

    DeploymentChanges(Draft draft, Instant at) {
        this.draft = draft;
        this.at = at;
    }

    /** A deployment begins; its groups' time for progress with it. */
    void begin(Deployment deployment) {
        put(each(deployment, state -> state.progressed(at)));
    }

    private void put(Deployment deployment) {
        var before = draft.deployments.get(deployment.id());
        draft.put(deployment.stored(
                before.map(Deployment::createIndex).orElse(draft.index),
                draft.index,
                before.map(Deployment::createTime).orElse(at),
                at));
    }

    private static Deployment each(Deployment deployment, UnaryOperator<DeploymentState> change) {
        var changed = deployment;
        for (var group : deployment.taskGroups().entrySet()) {
            changed = changed.with(group.getKey(), change.apply(group.getValue()));
        }
        return changed;
    }

    private Optional<Deployment> active(DeploymentId id) {
        return draft.deployments.get(id).filter(Deployment::isActive);
    }

    /** The scheduler found that a deployment is over; one that is over already stays as it is. */
    void end(Command.DeploymentEnd end) {
        active(end.deployment()).ifPresent(deployment -> {
            put(deployment.with(end.status(), end.description()));
            if (end.status() == DeploymentStatus.SUCCESSFUL) {
                setStable(deployment, true);
            }
        });
    }

    private void setStable(Deployment deployment, boolean stable) {
        draft.versions
                .get(new Snapshot.JobVersion(deployment.jobKey(), deployment.jobVersion()))
                .filter(job -> job.createIndex() == deployment.jobCreateIndex() && job.stable() != stable)
                .ifPresent(job -> draft.putVersion(job.stable(stable, draft.index)));
    }

    /** Allocations were placed, or went over to their deployment's version as they ran. */
    void placed(List<Allocation> allocations) {
        var changed = new TreeMap<DeploymentId, Deployment>();
        for (Allocation allocation : allocations) {
            allocation
                    .deploymentId()
                    .flatMap(id -> Optional.ofNullable(changed.get(id)).or(() -> draft.deployments.get(id)))
                    .ifPresent(deployment -> {
                        var state = deployment.taskGroups().get(allocation.taskGroup());
                        if (state != null) {
                            var counted = state.placed(allocation.id(), allocation.isCanary());
                            changed.put(deployment.id(), deployment.with(allocation.taskGroup(), counted));
                        }
                    });
        }
        changed.values().forEach(this::put);
    }

    /** What is known of an allocation's health may have changed. */
    void proved(Optional<Allocation> before, Allocation after) {
        boolean sameDeployment =
                before.isPresent() && before.get().deploymentId().equals(after.deploymentId());
        int healthy =
                count(after.isHealthy()) - (sameDeployment ? count(before.get().isHealthy()) : 0);
        int unhealthy = count(after.isUnhealthy())
                - (sameDeployment ? count(before.get().isUnhealthy()) : 0);
        if (healthy != 0 || unhealthy != 0) {
            change(after, state -> {
                var counted = state.proved(healthy, unhealthy);
                return healthy > 0 ? counted.progressed(at) : counted;
            });
        }
    }

    /** What had proved to work has ended or is given up: its successor has as much time as it had. */
    void ended(Allocation before, Allocation after) {
        var active = after.deploymentId().flatMap(this::active);
        if (before.isHealthy() && !before.isTerminal() && after.isTerminal() && active.isPresent()) {
            var state = active.get().taskGroups().get(after.taskGroup());
            if (state != null) {
                put(active.get().with(after.taskGroup(), state.progressed(at)));
            }
        }
    }

    private static int count(boolean one) {
        return one ? 1 : 0;
    }

    private void change(Allocation allocation, UnaryOperator<DeploymentState> change) {
        var found = allocation.deploymentId().flatMap(draft.deployments::get);
        if (found.isEmpty()) {
            return;
        }
        var state = found.get().taskGroups().get(allocation.taskGroup());
        if (state != null) {
            put(found.get().with(allocation.taskGroup(), change.apply(state)).noteworthy(draft.index));
        }
    }

    /** Somebody pauses a deployment or lets it go on. */
    Optional<String> pause(Command.PauseDeployment command) {
        var found = active(command.deployment());
        if (found.isEmpty()) {
            return Optional.of("deployment " + command.deployment() + " is over or not known");
        }
        var deployment = found.get();
        put((command.pause()
                        ? deployment.with(DeploymentStatus.PAUSED, Deployment.PAUSED)
                        : each(deployment, state -> state.progressed(at)).running())
                .noteworthy(draft.index));
        return Optional.empty();
    }

    /** Canaries of groups became the first instances of the new version. */
    Optional<String> promote(Command.PromoteDeployment command) {
        var found = active(command.deployment());
        if (found.isEmpty()) {
            return Optional.of("deployment " + command.deployment() + " is over or not known");
        }
        var promoted = found.get();
        var canaries = new ArrayList<AllocationId>();
        for (String group : command.groups()) {
            var state = promoted.taskGroups().get(group);
            if (state == null || !state.isTrying()) {
                return Optional.of("group \"" + group + "\" has no canaries to promote");
            }
            int healthy = 0;
            for (AllocationId canary : state.placedCanaries()) {
                healthy += count(draft.allocations
                        .get(canary)
                        .filter(it -> !it.isTerminal() && it.isHealthy())
                        .isPresent());
            }
            if (healthy < state.desiredCanaries()) {
                return Optional.of("group \"" + group + "\" has " + healthy + " of " + state.desiredCanaries()
                        + " canaries healthy: wait for them, or fail the deployment");
            }
            canaries.addAll(state.placedCanaries());
            promoted = promoted.with(group, state.approved().progressed(at));
        }
        for (AllocationId canary : canaries) {
            draft.allocations.get(canary).filter(Allocation::isCanary).ifPresent(this::promote);
        }
        put((promoted.status() == DeploymentStatus.PAUSED ? promoted : promoted.running()).noteworthy(draft.index));
        return Optional.empty();
    }

    private void promote(Allocation canary) {
        put(canary, canary.client().judged(canary.client().health().map(DeploymentHealth::promoted)));
    }

    private void put(Allocation allocation, ClientState state) {
        draft.put(
                allocation
                        .reported(state)
                        .stored(allocation.createIndex(), draft.index, draft.index, allocation.createTime(), at),
                true);
    }

    /** Somebody says which allocations are healthy and which are not. */
    Optional<String> judge(Command.JudgeAllocations command) {
        var strangers = new ArrayList<String>();
        for (var ids : List.of(command.healthy(), command.unhealthy())) {
            for (AllocationId id : ids) {
                boolean known = draft.allocations
                        .get(id)
                        .filter(it -> it.deploymentId().equals(Optional.of(command.deployment())))
                        .isPresent();
                if (!known) {
                    strangers.add(id.value());
                }
            }
        }
        if (active(command.deployment()).isEmpty()) {
            return Optional.of("deployment " + command.deployment() + " is over or not known");
        }
        if (!strangers.isEmpty()) {
            return Optional.of("not of deployment " + command.deployment() + ": allocations " + strangers);
        }
        command.healthy().forEach(id -> judge(id, true));
        command.unhealthy().forEach(id -> judge(id, false));
        return Optional.empty();
    }

    private void judge(AllocationId id, boolean healthy) {
        var before = draft.allocations.get(id).orElseThrow();
        var health = before.client().health().orElseGet(() -> DeploymentHealth.unknown(before.deploymentId(), false));
        put(before, before.client().judged(Optional.of(health.decided(healthy, at))));
        proved(Optional.of(before), draft.allocations.get(id).orElseThrow());
    }

    /** A deployment failed; an earlier version of its job may come back as the newest one. */
    Optional<String> fail(Command.FailDeployment command) {
        var found = active(command.deployment());
        if (found.isEmpty()) {
            return Optional.of("deployment " + command.deployment() + " is over or not known");
        }
        put(found.get().with(DeploymentStatus.FAILED, command.description()).noteworthy(draft.index));
        setStable(found.get(), false);
        return Optional.empty();
    }

    /** A version of a job is known to work, or not to. */
    Optional<String> setStable(Command.SetJobStable command) {
        var version = draft.versions.get(new Snapshot.JobVersion(command.key(), command.version()));
        if (version.isEmpty()) {
            return Optional.of("job " + command.key() + " has no version " + command.version());
        }
        draft.putVersion(version.get().stable(command.stable(), draft.index));
        return Optional.empty();
    }
}
