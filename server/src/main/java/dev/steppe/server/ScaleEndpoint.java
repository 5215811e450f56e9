package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobType;
import dev.steppe.model.Refusal;
import dev.steppe.model.ScalingEvent;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.specification.Rules;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Consumer;

/** Counts of groups that people and autoscalers change. Methods may be called from any thread; replies come on the loop. */
public final class ScaleEndpoint {
    private final Loop loop;
    private final Store store;
    private final Proposals proposals;

    ScaleEndpoint(Loop loop, Store store, Proposals proposals) {
        this.loop = loop;
        this.store = store;
        this.proposals = proposals;
    }

    /**
     * A new count of a group, or without one only a note; with {@code enforceIndex}, only if the job's modification index
     * still is that.
     */
    public record Wish(
            JobKey job,
            String group,
            Optional<Long> count,
            boolean error,
            String message,
            SortedMap<String, Object> meta,
            Optional<Long> enforceIndex) {}

    /** What was done: the job's modification index, and the evaluation when a count changed. */
    public record Scaled(long jobModifyIndex, Optional<EvaluationId> evaluation) {}

    public void scale(Wish wish, Consumer<Reply<Scaled>> then) {
        loop.execute(() -> {
            var job = store.snapshot().job(wish.job());
            var problem = job.isEmpty()
                    ? Optional.of(Refusal.notFound("job not found"))
                    : problem(job.get(), wish).or(() -> deploying(wish));
            if (store.snapshot().schedulerConfiguration().rejectJobRegistration()) {
                then.accept(Reply.refused(JobAdmission.CLOSED));
                return;
            }
            if (problem.isPresent()) {
                then.accept(Reply.refused(problem.get()));
                return;
            }
            scale(job.get(), wish, then);
        });
    }

    /** A count that changes under a deployment would change what the deployment has to prove. Autoscalers know the words. */
    private Optional<Refusal> deploying(Wish wish) {
        return store.snapshot().deploymentsOf(wish.job()).stream()
                .filter(deployment -> wish.count().isPresent() && deployment.isActive())
                .findFirst()
                .map(deployment -> Refusal.invalid("job scaling blocked due to active deployment " + deployment.id()
                        + "; scale when it is over, or register the job with the new count"));
    }

    private void scale(Job job, Wish wish, Consumer<Reply<Scaled>> then) {
        Optional<Evaluation> evaluation = wish.count().isPresent() && !job.isParent()
                ? Optional.of(Evaluations.of(job, "job-scaling", loop.now(), loop.random()))
                : Optional.empty();
        var event = new ScalingEvent(
                wish.count().map(Long::intValue),
                job.spec().group(wish.group()).map(TaskGroup::count).orElse(0),
                wish.error(),
                wish.message(),
                wish.meta(),
                evaluation.map(Evaluation::id),
                loop.now(),
                0);
        var command = new Command.ScaleJob(
                wish.job().namespace(),
                wish.job().id(),
                wish.group(),
                event,
                wish.enforceIndex(),
                evaluation,
                loop.now());
        proposals.propose(
                command,
                reply -> then.accept(reply.map(index -> new Scaled(
                        store.snapshot()
                                .job(wish.job())
                                .map(Job::jobModifyIndex)
                                .orElse(0L),
                        evaluation.map(Evaluation::id)))));
    }

    private static Optional<Refusal> problem(Job job, Wish wish) {
        var group = job.spec().group(wish.group());
        if (group.isEmpty()) {
            return Optional.of(Refusal.notFound("task group \"" + wish.group() + "\" specified for scaling does not"
                    + " exist in job; its groups are "
                    + job.spec().taskGroups().stream().map(TaskGroup::name).toList()));
        }
        if (wish.count().isEmpty()) {
            return Optional.empty();
        }
        long count = wish.count().get();
        if (wish.error()) {
            return Optional.of(Refusal.invalid("scaling action should not contain count if error is true"));
        }
        if (job.spec().type() == JobType.SYSTEM) {
            return Optional.of(Refusal.invalid(
                    "400: cannot scale jobs of type \"system\": one instance runs on every fitting node"));
        }
        if (job.stop()) {
            return Optional.of(
                    Refusal.invalid("cannot scale job \"" + job.spec().id() + "\": it is stopped"));
        }
        if (count < 0 || count > 50_000) {
            return Optional.of(Refusal.invalid("scaling action count " + count + " must be between 0 and 50000"));
        }
        return outOfBounds(group.get(), count).or(() -> newProblem(job, wish.group(), (int) count));
    }

    /** What would be wrong with the job with the new count and is not now: a count may break a rule of the whole job. */
    private static Optional<Refusal> newProblem(Job job, String group, int count) {
        var known = Rules.broken(job.spec());
        return Rules.broken(job.scaled(group, count, job.jobModifyIndex()).spec()).stream()
                .filter(problem -> !known.contains(problem))
                .findFirst()
                .map(problem -> Refusal.invalid(problem.message()));
    }

    private static Optional<Refusal> outOfBounds(TaskGroup group, long count) {
        return group.scaling().flatMap(bounds -> {
            int max = bounds.max().orElse(Integer.MAX_VALUE);
            if (count < bounds.min()) {
                return Optional.of(Refusal.invalid(
                        "group count was less than scaling policy minimum: " + count + " < " + bounds.min()));
            }
            return count > max
                    ? Optional.of(Refusal.invalid(
                            "group count was greater than scaling policy maximum: " + count + " > " + max))
                    : Optional.empty();
        });
    }
}
