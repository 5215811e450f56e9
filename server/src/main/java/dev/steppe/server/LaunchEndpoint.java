package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.Ids;
import dev.steppe.model.Job;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobOrigin;
import dev.steppe.model.ParameterizedConfig;
import dev.steppe.model.Refusal;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Launches of jobs that somebody asks for. Methods may be called from any thread; replies come on the server's loop. */
public final class LaunchEndpoint {
    private final Loop loop;
    private final Store store;
    private final Proposals proposals;

    LaunchEndpoint(Loop loop, Store store, Proposals proposals) {
        this.loop = loop;
        this.store = store;
        this.proposals = proposals;
    }

    /**
     * What a dispatch brings: payload and meta, a priority instead of the job's, words for the middle of the id, and a
     * token under which it happens once however often it is asked for.
     */
    public record Dispatch(
            byte[] payload,
            SortedMap<String, String> meta,
            Optional<Integer> priority,
            String idPrefix,
            String idempotencyToken) {}

    /** The job that was launched; an evaluation unless it only launches others in turn, or was there already. */
    public record Launched(JobId child, Optional<EvaluationId> evaluation) {}

    /** Launches a periodic job now, whatever its times and whether or not an earlier launch still runs. */
    public void force(JobKey key, Consumer<Reply<Launched>> then) {
        loop.execute(() -> {
            var job = store.snapshot().job(key);
            if (job.isEmpty() || !job.get().isPeriodic() || job.get().stop()) {
                then.accept(Reply.refused(
                        job.isEmpty()
                                ? Refusal.notFound("job not found")
                                : Refusal.invalid("can't force launch: job \"" + key.id() + "\" "
                                        + (job.get().stop() ? "is stopped" : "is not periodic"))));
                return;
            }
            var command = Children.launch(job.get(), loop.now(), true, loop.now(), loop.random());
            propose(
                    command,
                    new Launched(
                            command.child().orElseThrow().id(),
                            command.evaluation().map(it -> it.id())),
                    then);
        });
    }

    /** Launches a parameterized job. */
    public void dispatch(JobKey key, Dispatch wish, Consumer<Reply<Launched>> then) {
        loop.execute(() -> {
            var job = store.snapshot().job(key);
            var problem = job.isEmpty() ? Optional.of(Refusal.notFound("job not found")) : problem(job.get(), wish);
            if (store.snapshot().schedulerConfiguration().rejectJobRegistration()) {
                then.accept(Reply.refused(JobAdmission.CLOSED));
                return;
            }
            if (problem.isPresent()) {
                then.accept(Reply.refused(problem.get()));
                return;
            }
            var before = earlier(key, wish.idempotencyToken());
            if (before.isPresent()) {
                then.accept(new Reply.Done<>(before.get(), store.snapshot().index()));
                return;
            }
            dispatch(job.get(), wish, then);
        });
    }

    private void dispatch(Job parent, Dispatch wish, Consumer<Reply<Launched>> then) {
        JobId id;
        try {
            id = new JobId(parent.spec().id() + "/dispatch-" + (wish.idPrefix().isEmpty() ? "" : wish.idPrefix() + "-")
                    + loop.now().getEpochSecond() + "-" + Ids.shortId(Ids.random(loop.random())));
        } catch (IllegalArgumentException wrong) {
            then.accept(Reply.refused(Refusal.invalid(String.valueOf(wrong.getMessage()))));
            return;
        }
        var child = Children.dispatched(parent, id, wish.meta(), wish.priority());
        var evaluation = child.periodic().isPresent()
                ? Optional.<dev.steppe.model.Evaluation>empty()
                : Optional.of(Evaluations.of(child, "job-register", loop.now(), loop.random()));
        var command = new Command.DispatchJob(
                child.namespace(),
                parent.spec().id(),
                parent.jobModifyIndex(),
                child,
                JobOrigin.dispatched(parent.spec().id(), wish.idempotencyToken(), wish.payload()),
                evaluation,
                loop.now());
        propose(command, new Launched(id, evaluation.map(it -> it.id())), reply -> {
            // somebody else was quicker with the same token
            var other = reply instanceof Reply.Refused<Launched>
                    ? earlier(parent.key(), wish.idempotencyToken())
                    : Optional.<Launched>empty();
            then.accept(other.<Reply<Launched>>map(
                            it -> new Reply.Done<>(it, store.snapshot().index()))
                    .orElse(reply));
        });
    }

    private void propose(Command command, Launched launched, Consumer<Reply<Launched>> then) {
        proposals.propose(command, reply -> then.accept(reply.map(index -> launched)));
    }

    private Optional<Launched> earlier(JobKey parent, String token) {
        return token.isEmpty()
                ? Optional.empty()
                : store.snapshot().childrenOf(parent).stream()
                        .filter(child ->
                                child.origin().dispatchIdempotencyToken().equals(token))
                        .findFirst()
                        .map(child -> new Launched(child.spec().id(), Optional.empty()));
    }

    private static Optional<Refusal> problem(Job job, Dispatch wish) {
        String name = "job \"" + job.spec().id() + "\"";
        if (!job.isParameterized()) {
            return Optional.of(Refusal.invalid("Specified " + name + " is not a parameterized job"));
        }
        if (job.stop()) {
            return Optional.of(Refusal.invalid("Specified " + name + " is stopped"));
        }
        if (wish.priority().filter(it -> it < 1 || it > 100).isPresent()) {
            return Optional.of(Refusal.invalid("Priority " + wish.priority().get() + " must be between 1 and 100"));
        }
        var config = job.spec().parameterized().orElseThrow();
        return payloadProblem(config, wish.payload().length).or(() -> metaProblem(config, wish.meta()));
    }

    private static Optional<Refusal> payloadProblem(ParameterizedConfig config, int bytes) {
        if (config.payload().equals("required") && bytes == 0) {
            return Optional.of(Refusal.invalid("Payload is not provided but required by parameterized job"));
        }
        if (config.payload().equals("forbidden") && bytes > 0) {
            return Optional.of(Refusal.invalid("Payload provided but forbidden by parameterized job"));
        }
        return bytes > JobOrigin.PAYLOAD_BYTES_MAX
                ? Optional.of(Refusal.invalid(
                        "Payload exceeds maximum size; " + bytes + " > " + JobOrigin.PAYLOAD_BYTES_MAX + " bytes"))
                : Optional.empty();
    }

    private static Optional<Refusal> metaProblem(ParameterizedConfig config, SortedMap<String, String> meta) {
        var missing = new TreeSet<>(config.metaRequired());
        missing.removeAll(meta.keySet());
        var unknown = new TreeSet<>(meta.keySet());
        unknown.removeAll(config.metaRequired());
        unknown.removeAll(config.metaOptional());
        if (!unknown.isEmpty()) {
            return Optional.of(Refusal.invalid("Dispatch request included unpermitted metadata keys: " + unknown));
        }
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(Refusal.invalid("Dispatch did not provide required meta keys: " + missing));
    }
}
