package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.Deployment;
import dev.steppe.model.DeploymentId;
import dev.steppe.model.DeploymentState;
import dev.steppe.model.DeploymentStatus;
import dev.steppe.model.Job;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The deployment of a job's version as one evaluation sees it, begins it or ends it. A version has one deployment at most
 * at a time; those of older versions are over as soon as there is a newer one.
 */
final class Rollout {
    private final Optional<Deployment> current;
    private final Optional<DeploymentId> newId;
    private final TreeMap<String, DeploymentState> beginning = new TreeMap<>();
    private final TreeSet<String> unsettled = new TreeSet<>();
    private final List<Command.DeploymentEnd> ended = new ArrayList<>();

    /** {@code newId} is for the deployment that begins, if one does. */
    Rollout(Snapshot snapshot, Job job, DeploymentId newId) {
        for (Deployment deployment : snapshot.deploymentsOf(job.key())) {
            if (deployment.isActive() && (job.stop() || !deployment.isOf(job))) {
                ended.add(cancelled(deployment, job.stop() ? Deployment.STOPPED : Deployment.SUPERSEDED));
            }
        }
        current = snapshot.newestDeployment(job)
                .filter(deployment -> deployment.isOf(job) && deployment.status() != DeploymentStatus.CANCELLED);
        this.newId = Optional.of(newId);
    }

    /** The deployments of a job that is not registered any more are over. */
    static List<Command.DeploymentEnd> cancelAll(Iterable<Deployment> deployments) {
        var all = new ArrayList<Command.DeploymentEnd>();
        for (Deployment deployment : deployments) {
            if (deployment.isActive()) {
                all.add(cancelled(deployment, Deployment.STOPPED));
            }
        }
        return all;
    }

    private static Command.DeploymentEnd cancelled(Deployment deployment, String reason) {
        return new Command.DeploymentEnd(deployment.id(), DeploymentStatus.CANCELLED, reason);
    }

    private boolean is(DeploymentStatus status) {
        return current.filter(deployment -> deployment.status() == status).isPresent();
    }

    /** True when the version has no deployment that a new one would get in the way of. */
    boolean mayBegin() {
        return current.isEmpty() || is(DeploymentStatus.SUCCESSFUL);
    }

    /** True when nothing is to be updated: somebody paused it, or it failed. */
    boolean isHeld() {
        return is(DeploymentStatus.PAUSED) || is(DeploymentStatus.FAILED);
    }

    /**
     * True when the time of the deployment ran out before there was room for a single instance of the group: that says
     * nothing against the version.
     */
    boolean foundNoRoom(String group) {
        return current.filter(deployment -> deployment.status() == DeploymentStatus.FAILED
                        && deployment.statusDescription().startsWith(Deployment.NO_PROGRESS))
                .flatMap(deployment ->
                        Optional.ofNullable(deployment.taskGroups().get(group)))
                .filter(state -> state.placedAllocs() == 0)
                .isPresent();
    }

    /** True while canaries of the group are tried out. */
    boolean isTrying(String group) {
        return state(group).filter(DeploymentState::isTrying).isPresent();
    }

    /** True when instances of the newest version may be placed beyond those that are tried out. */
    boolean isOpen(String group) {
        return !isHeld() && !isTrying(group);
    }

    /** True for what a failed deployment brought and never worked. */
    boolean isBroken(Allocation allocation) {
        return is(DeploymentStatus.FAILED)
                && allocation.deploymentId().equals(current.map(Deployment::id))
                && !allocation.isHealthy();
    }

    /** True for what was placed since the deployment began; false for what went over to the newest version as it ran. */
    boolean brought(Allocation allocation) {
        return current.filter(deployment -> allocation.createIndex() < deployment.createIndex())
                .isEmpty();
    }

    /** True for what is tried out now; false for what an earlier deployment left behind. */
    boolean tries(Allocation allocation) {
        return allocation.isCanary() && allocation.deploymentId().equals(active()) && isTrying(allocation.taskGroup());
    }

    /** How far the group is, if it is part of this. */
    Optional<DeploymentState> state(String group) {
        return Optional.ofNullable(beginning.get(group))
                .or(() -> current.filter(Deployment::isActive)
                        .map(deployment -> deployment.taskGroups().get(group)));
    }

    /** A group becomes part of a new deployment. */
    void begin(String group, DeploymentState state) {
        beginning.put(group, state);
        unsettled.add(group);
    }

    /** There is something left to do or to wait for in the group. */
    void unsettled(String group) {
        unsettled.add(group);
    }

    /** The deployment that instances of the newest version belong to now. */
    Optional<DeploymentId> active() {
        return beginning.isEmpty() ? current.filter(Deployment::isActive).map(Deployment::id) : newId;
    }

    /** The deployment that begins with this evaluation. */
    Optional<Deployment> begun(Job job, int priority, java.time.Instant now) {
        return beginning.isEmpty()
                ? Optional.empty()
                : Optional.of(Deployment.begin(
                        newId.orElseThrow(), job, priority, Collections.unmodifiableSortedMap(beginning), now));
    }

    /** The deployments that are over. */
    List<Command.DeploymentEnd> ended() {
        var all = new ArrayList<>(ended);
        current.filter(deployment -> deployment.status() == DeploymentStatus.RUNNING)
                .filter(deployment -> deployment.taskGroups().keySet().stream().noneMatch(unsettled::contains))
                .ifPresent(done -> all.add(
                        new Command.DeploymentEnd(done.id(), DeploymentStatus.SUCCESSFUL, Deployment.SUCCESSFUL)));
        return all;
    }
}
