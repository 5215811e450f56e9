package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.model.AllocationId;
import dev.steppe.model.Deployment;
import dev.steppe.model.DeploymentId;
import dev.steppe.model.DeploymentStatus;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.JobKey;
import dev.steppe.model.Refusal;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** What may be asked about deployments. Methods may be called from any thread; replies come on the server's loop. */
public final class DeploymentEndpoint {
    private final Loop loop;
    private final Store store;
    private final Proposals proposals;

    DeploymentEndpoint(Loop loop, Store store, Proposals proposals) {
        this.loop = loop;
        this.store = store;
        this.proposals = proposals;
    }

    /** A changed deployment: the evaluation that goes on with it, and the version of the job that comes back, if one does. */
    public record Changed(EvaluationId evaluation, Optional<Long> revertedTo) {}

    /** Has a deployment wait, or go on. */
    public void pause(DeploymentId id, boolean pause, Consumer<Reply<Changed>> then) {
        change(id, then, deployment -> {
            boolean paused = deployment.status() == DeploymentStatus.PAUSED;
            if (paused == pause) {
                return conflict("deployment " + id + (pause ? " is paused already" : " is not paused"));
            }
            return new Wish.Do(evaluation -> new Command.PauseDeployment(id, pause, evaluation, loop.now()));
        });
    }

    /** Approves the canaries of the groups, or with none named those of all groups. */
    public void promote(DeploymentId id, List<String> groups, Consumer<Reply<Changed>> then) {
        change(id, then, deployment -> {
            var trying = deployment.taskGroups().entrySet().stream()
                    .filter(group -> group.getValue().isTrying())
                    .map(group -> group.getKey())
                    .toList();
            var unknown = groups.stream()
                    .filter(group -> !deployment.taskGroups().containsKey(group))
                    .toList();
            if (!unknown.isEmpty()) {
                return conflict("deployment " + id + " has no groups " + unknown + ", only "
                        + deployment.taskGroups().keySet());
            }
            var chosen = groups.isEmpty() ? trying : groups;
            if (chosen.isEmpty()) {
                return conflict("deployment " + id + " has no canaries to promote");
            }
            return new Wish.Do(evaluation -> new Command.PromoteDeployment(id, chosen, evaluation, loop.now()));
        });
    }

    /** Gives a deployment up; the version before comes back where the job wants that. */
    public void fail(DeploymentId id, Consumer<Reply<Changed>> then) {
        change(
                id,
                then,
                deployment -> new Wish.Do(evaluation ->
                        DeploymentWatcher.fail(store.snapshot(), deployment, Deployment.MARKED_FAILED, loop.now())));
    }

    /** Says which allocations are healthy and which are not; for those whose health nobody else finds out. */
    public void judge(
            DeploymentId id, List<AllocationId> healthy, List<AllocationId> unhealthy, Consumer<Reply<Changed>> then) {
        change(
                id,
                then,
                deployment -> healthy.isEmpty() && unhealthy.isEmpty()
                        ? conflict("no allocations are named: give HealthyAllocationIDs or UnhealthyAllocationIDs")
                        : new Wish.Do(evaluation ->
                                new Command.JudgeAllocations(id, healthy, unhealthy, evaluation, loop.now())));
    }

    /** Deployments of one region wait for no other region. */
    public void unblock(DeploymentId id, Consumer<Reply<Changed>> then) {
        change(
                id,
                then,
                deployment ->
                        conflict("deployment " + id + " is not blocked: only deployments of jobs with a multiregion"
                                + " block wait for other regions"));
    }

    /** Says of a version of a job that it works, or that it does not; the reply's value is the index of the change. */
    public void setStable(JobKey job, long version, boolean stable, Consumer<Reply<Long>> then) {
        loop.execute(() -> proposals.propose(
                new Command.SetJobStable(job.namespace(), job.id(), version, stable, loop.now()), then));
    }

    private sealed interface Wish {
        record Do(Function<List<Evaluation>, Command> command) implements Wish {}

        record Refuse(Refusal refusal) implements Wish {}
    }

    private static Wish conflict(String reason) {
        return new Wish.Refuse(Refusal.invalid(reason));
    }

    /** Changes one that is not over yet. */
    private void change(DeploymentId id, Consumer<Reply<Changed>> then, Function<Deployment, Wish> decide) {
        loop.execute(() -> {
            var snapshot = store.snapshot();
            var deployment = snapshot.deployment(id);
            if (deployment.isEmpty()) {
                then.accept(Reply.refused(Refusal.notFound("deployment not found: there is no deployment " + id)));
                return;
            }
            if (!deployment.get().isActive()) {
                then.accept(Reply.refused(Refusal.invalid("deployment " + id + " is over: it is "
                        + deployment.get().status().name().toLowerCase(java.util.Locale.ROOT) + " ("
                        + deployment.get().statusDescription() + ")")));
                return;
            }
            switch (decide.apply(deployment.get())) {
                case Wish.Refuse refuse -> then.accept(Reply.refused(refuse.refusal()));
                case Wish.Do wish -> propose(snapshot, deployment.get(), wish, then);
            }
        });
    }

    private void propose(Snapshot snapshot, Deployment deployment, Wish.Do wish, Consumer<Reply<Changed>> then) {
        var job = snapshot.job(deployment.jobKey());
        if (job.isEmpty()) {
            then.accept(
                    Reply.refused(Refusal.notFound("the job " + deployment.jobKey() + " is not registered any more")));
            return;
        }
        var made = List.of(Evaluations.of(job.get(), "deployment-watcher", loop.now(), loop.random()));
        var command = wish.command().apply(made);
        var evaluation = command instanceof Command.FailDeployment fail
                        && !fail.evaluations().isEmpty()
                ? fail.evaluations().getFirst()
                : made.getFirst();
        var reverted = command instanceof Command.FailDeployment fail ? fail.revertTo() : Optional.<Long>empty();
        var changed = new Changed(evaluation.id(), reverted);
        proposals.propose(command, reply -> then.accept(reply.map(index -> changed)));
    }
}
