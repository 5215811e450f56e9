package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobSpec;
import dev.steppe.model.Refusal;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What may be asked about jobs. Methods may be called from any thread; replies come on the server's loop. */
public final class JobEndpoint {
    private final Loop loop;
    private final Store store;
    private final Proposals proposals;

    JobEndpoint(Loop loop, Store store, Proposals proposals) {
        this.loop = loop;
        this.store = store;
        this.proposals = proposals;
    }

    /** A registered or stopped job: its modification index, the evaluation made for it, and what the user should know. */
    public record Registered(long jobModifyIndex, Optional<EvaluationId> evaluation, List<String> notices) {}

    /** Registers a job; with {@code enforceIndex}, only if the registered one still has that modification index. */
    public void register(JobSpec job, Optional<Long> enforceIndex, Consumer<Reply<Registered>> then) {
        var admission = JobAdmission.check(job);
        if (!admission.isTaken()) {
            loop.execute(() -> then.accept(Reply.refused(admission.refusal())));
            return;
        }
        loop.execute(() -> {
            var evaluation = Evaluations.of(job, "job-register", loop.now(), loop.random());
            var command = new Command.RegisterJob(job, enforceIndex, Optional.of(evaluation), loop.now());
            proposals.propose(
                    command, reply -> then.accept(registered(reply, job.key(), evaluation, admission.notices())));
        });
    }

    /** Stops a job; with {@code purge} it is forgotten too. */
    public void deregister(JobKey key, boolean purge, Consumer<Reply<Registered>> then) {
        loop.execute(() -> {
            var job = store.snapshot().job(key);
            if (job.isEmpty()) {
                then.accept(Reply.refused(Refusal.notFound("job not found: there is no job \"" + key.id()
                        + "\" in namespace \"" + key.namespace() + "\"")));
                return;
            }
            var evaluation = Evaluations.of(job.get(), "job-deregister", loop.now(), loop.random());
            var command =
                    new Command.DeregisterJob(key.namespace(), key.id(), purge, Optional.of(evaluation), loop.now());
            proposals.propose(command, reply -> then.accept(registered(reply, key, evaluation, List.of())));
        });
    }

    /** Has the scheduler look at a job again. */
    public void evaluate(JobKey key, Consumer<Reply<Registered>> then) {
        loop.execute(() -> {
            var job = store.snapshot().job(key);
            if (job.isEmpty()) {
                then.accept(Reply.refused(Refusal.notFound("job not found: " + key)));
                return;
            }
            var evaluation = Evaluations.of(job.get(), "job-register", loop.now(), loop.random());
            var command = new Command.PutEvaluations(List.of(evaluation), loop.now());
            proposals.propose(command, reply -> then.accept(registered(reply, key, evaluation, List.of())));
        });
    }

    private Reply<Registered> registered(Reply<Long> reply, JobKey key, Evaluation evaluation, List<String> notices) {
        return switch (reply) {
            case Reply.Done<Long> done -> {
                long index = store.snapshot()
                        .job(key)
                        .map(job -> job.jobModifyIndex())
                        .orElse(done.index());
                yield new Reply.Done<>(new Registered(index, Optional.of(evaluation.id()), notices), done.index());
            }
            case Reply.Refused<Long> refused -> Reply.refused(refused.refusal());
        };
    }
}
