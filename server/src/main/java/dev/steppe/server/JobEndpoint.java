package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.model.Allocation;
import dev.steppe.model.DesiredTransition;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.Job;
import dev.steppe.model.JobDefaults;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobSpec;
import dev.steppe.model.JobType;
import dev.steppe.model.Refusal;
import dev.steppe.model.Submission;
import dev.steppe.model.VersionTag;
import dev.steppe.model.codec.RecordShape;
import dev.steppe.scheduler.Preview;
import dev.steppe.scheduler.Scheduler;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** What may be asked about jobs. Methods may be called from any thread; replies come on the server's loop. */
public final class JobEndpoint {
    private static final System.Logger LOG = System.getLogger(JobEndpoint.class.getName());

    private static final int ROUNDS_MAX = 1_000;

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

    /** A job to register, as which text it was written, and how it is registered. */
    public record Wish(JobSpec job, Optional<Submission> submission, RegisterOptions options) {}

    /** Registers a job whose source is not kept. */
    public void register(JobSpec job, Optional<Long> enforceIndex, Consumer<Reply<Registered>> then) {
        register(new Wish(job, Optional.empty(), RegisterOptions.enforcing(enforceIndex)), then);
    }

    /** Registers a job. */
    public void register(Wish wish, Consumer<Reply<Registered>> then) {
        loop.execute(() -> {
            var job = wish.options()
                    .applied(wish.job(), store.snapshot().job(wish.job().key()));
            var admission = JobAdmission.check(job, loop.now());
            var change = changeProblem(store.snapshot().job(job.key()), job);
            var configuration = store.snapshot().schedulerConfiguration();
            if (configuration.rejectJobRegistration()) {
                then.accept(Reply.refused(JobAdmission.CLOSED));
            } else if (!admission.isTaken()) {
                then.accept(Reply.refused(admission.refusal()));
            } else if (store.snapshot().nodePool(job.nodePool()).isEmpty()) {
                then.accept(Reply.refused(unknownPool(job)));
            } else if (change.isPresent()) {
                then.accept(Reply.refused(change.get()));
            } else {
                var notices = new ArrayList<>(admission.notices());
                notices.addAll(JobAdmission.notices(job, configuration));
                register(JobDefaults.applied(job), wish, notices, then);
            }
        });
    }

    private void register(JobSpec job, Wish wish, List<String> notices, Consumer<Reply<Registered>> then) {
        var kept = wish.submission().filter(it -> it.characters() <= Submission.CHARACTERS_MAX);
        if (wish.submission().isPresent() && kept.isEmpty()) {
            notices.add("the source of the job is not kept: it has "
                    + wish.submission().get().characters() + " characters, at most " + Submission.CHARACTERS_MAX
                    + " are");
        }
        var made = Evaluations.of(job, "job-register", loop.now(), loop.random());
        Optional<Evaluation> evaluation = Optional.of(wish.options()
                        .evaluationPriority()
                        .map(priority -> RecordShape.with(made, "priority", priority))
                        .orElse(made))
                .filter(it -> !isParent(job));
        var command = new Command.RegisterJob(job, wish.options().enforceIndex(), kept, evaluation, loop.now());
        proposals.propose(command, reply -> then.accept(registered(reply, job.key(), evaluation, notices)));
    }

    /** Whether only the jobs run that this one launches; a dispatched one runs itself. */
    private boolean isParent(JobSpec job) {
        boolean dispatched = store.snapshot()
                .job(job.key())
                .filter(it -> it.origin().dispatched())
                .isPresent();
        return job.periodic().isPresent() || job.parameterized().isPresent() && !dispatched;
    }

    /**
     * A job that runs cannot become one that launches others, nor one of another type, nor the other way round: what runs
     * would be orphaned, and what one type has done means nothing to another.
     */
    private static Optional<Refusal> changeProblem(Optional<Job> registered, JobSpec wanted) {
        if (registered.isEmpty()) {
            return Optional.empty();
        }
        var before = registered.get().spec();
        if (before.type() != wanted.type()) {
            return Optional.of(Refusal.invalid("job \"" + wanted.id() + "\" is of type " + word(before.type())
                    + " and keeps it; to run it as " + word(wanted.type())
                    + ", purge it first, or give the new one another id"));
        }
        String word = before.periodic().isPresent() != wanted.periodic().isPresent()
                ? "periodic"
                : before.parameterized().isPresent() != wanted.parameterized().isPresent() ? "parameterized" : "";
        boolean becomes = word.equals("periodic")
                ? wanted.periodic().isPresent()
                : wanted.parameterized().isPresent();
        return word.isEmpty()
                ? Optional.empty()
                : Optional.of(Refusal.invalid("job \"" + wanted.id() + "\" is " + (becomes ? "not " : "") + word
                        + " and stays so; for one that is" + (becomes ? "" : " not")
                        + ", purge it first, or give the new one another id"));
    }

    private static String word(JobType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    /** A pool comes into being with its first node, or by itself. */
    private static Refusal unknownPool(JobSpec job) {
        return Refusal.invalid("job \"" + job.id() + "\" is in nonexistent node pool \"" + job.nodePool()
                + "\": make it with `node pool apply`, or start a node with node_pool = \"" + job.nodePool() + "\"");
    }

    /** What registering a job would lead to, and what the user should know. */
    public record Planned(Preview preview, Optional<Instant> nextLaunch, List<String> notices) {}

    /** Tells what registering a job would lead to, and changes nothing. */
    public void plan(JobSpec given, Consumer<Reply<Planned>> then) {
        loop.execute(() -> {
            var admission = JobAdmission.check(given, loop.now());
            if (!admission.isTaken()) {
                then.accept(Reply.refused(admission.refusal()));
                return;
            }
            var job = JobDefaults.applied(given);
            var snapshot = store.snapshot();
            var problem = snapshot.nodePool(job.nodePool()).isEmpty()
                    ? Optional.of(unknownPool(job))
                    : changeProblem(snapshot.job(job.key()), job);
            if (problem.isPresent()) {
                then.accept(Reply.refused(problem.get()));
                return;
            }
            var now = loop.now();
            var random = new SplittableRandom(loop.random().nextLong());
            var evaluation = Evaluations.of(job, "job-register", now, random);
            var notices = new ArrayList<>(admission.notices());
            notices.addAll(JobAdmission.notices(given, snapshot.schedulerConfiguration()));
            loop.<Preview>offload("preview", () -> Preview.of(snapshot, job, evaluation, now, random), outcome -> {
                switch (outcome) {
                    case Loop.Outcome.Done<Preview> done ->
                        then.accept(new Reply.Done<>(
                                new Planned(done.value(), LaunchTimes.next(job, now), notices), snapshot.index()));
                    case Loop.Outcome.Failed<Preview> failed -> {
                        LOG.log(System.Logger.Level.ERROR, "preview failed job=" + job.key(), failed.reason());
                        then.accept(Reply.refused(new Refusal(
                                Refusal.Code.UNAVAILABLE, "the plan could not be made: " + failed.reason())));
                    }
                }
            });
        });
    }

    /**
     * Registers an earlier version of a job anew; with {@code enforcePrior}, only if that is the present version. Whoever
     * changes the job meanwhile makes this a refusal.
     */
    public void revert(JobKey key, long version, Optional<Long> enforcePrior, Consumer<Reply<Registered>> then) {
        loop.execute(() -> {
            var snapshot = store.snapshot();
            var current = snapshot.job(key);
            var problem = revertProblem(snapshot, key, version, enforcePrior);
            if (problem.isPresent()) {
                then.accept(Reply.refused(problem.get()));
                return;
            }
            register(
                    new Wish(
                            snapshot.job(key, version).orElseThrow().spec(),
                            snapshot.submission(key, version),
                            RegisterOptions.enforcing(current.map(Job::jobModifyIndex))),
                    then);
        });
    }

    private static Optional<Refusal> revertProblem(
            Snapshot snapshot, JobKey key, long version, Optional<Long> enforcePrior) {
        var current = snapshot.job(key);
        if (current.isEmpty()) {
            return Optional.of(Refusal.notFound(
                    "job not found: there is no job \"" + key.id() + "\" in namespace \"" + key.namespace() + "\""));
        }
        long now = current.get().version();
        if (enforcePrior.isPresent() && enforcePrior.get() != now) {
            return Optional.of(
                    Refusal.invalid("Current job has version " + now + "; enforcing version " + enforcePrior.get()));
        }
        if (version == now) {
            return Optional.of(Refusal.invalid("can't revert to current version"));
        }
        var kept = snapshot.historyOf(key).stream().map(Job::version).toList();
        return kept.contains(version)
                ? Optional.empty()
                : Optional.of(Refusal.notFound("job \"" + key.id() + "\" in namespace \"" + key.namespace()
                        + "\" at version " + version + " not found; kept are " + kept));
    }

    /** Gives a version of a job a name, or with no tag takes its name away; the reply's value is the index of the change. */
    public void tag(JobKey key, long version, Optional<VersionTag> tag, Consumer<Reply<Long>> then) {
        loop.execute(() -> {
            var dated = tag.map(it -> new VersionTag(it.name(), it.description(), loop.now()));
            proposals.propose(new Command.TagVersion(key.namespace(), key.id(), version, dated, loop.now()), then);
        });
    }

    /** Stops a job; with {@code purge} it is forgotten too. */
    public void deregister(JobKey key, boolean purge, Consumer<Reply<Registered>> then) {
        deregister(key, purge, false, then);
    }

    /** Stops a job, without waiting for shutdown delays where that is wished. */
    public void deregister(JobKey key, boolean purge, boolean noShutdownDelay, Consumer<Reply<Registered>> then) {
        loop.execute(() -> {
            var job = store.snapshot().job(key);
            if (job.isEmpty()) {
                then.accept(Reply.refused(Refusal.notFound("job not found: there is no job \"" + key.id()
                        + "\" in namespace \"" + key.namespace() + "\"")));
                return;
            }
            var evaluation = Optional.of(Evaluations.of(job.get(), "job-deregister", loop.now(), loop.random()))
                    .filter(it -> !job.get().isParent());
            var command = new Command.DeregisterJob(key.namespace(), key.id(), purge, evaluation, loop.now());
            Runnable stop = () ->
                    proposals.propose(command, reply -> then.accept(registered(reply, key, evaluation, List.of())));
            if (noShutdownDelay) {
                hurry(key, stop);
            } else {
                stop.run();
            }
        });
    }

    /** Tells what runs of a job not to wait when it ends. */
    private void hurry(JobKey key, Runnable next) {
        var running = store.snapshot().allocationsOf(key).stream()
                .filter(allocation -> !allocation.client().status().isTerminal())
                .map(Allocation::id)
                .toList();
        proposals.propose(
                new Command.SetTransitions(running, new DesiredTransition(false, true), List.of(), loop.now()),
                reply -> next.run());
    }

    /** Has the scheduler look at a job again; with {@code forceReschedule}, failed instances are replaced at once. */
    public void evaluate(JobKey key, boolean forceReschedule, Consumer<Reply<Registered>> then) {
        loop.execute(() -> {
            var job = store.snapshot().job(key);
            if (job.isEmpty()) {
                then.accept(Reply.refused(Refusal.notFound("job not found: " + key)));
                return;
            }
            if (job.get().isParent()) {
                then.accept(Reply.refused(Refusal.invalid(
                        "can't evaluate " + (job.get().isPeriodic() ? "periodic" : "parameterized") + " job")));
                return;
            }
            var trigger = forceReschedule ? Scheduler.FORCED_RESCHEDULE : "job-register";
            var evaluation = Evaluations.of(job.get(), trigger, loop.now(), loop.random());
            var command = new Command.PutEvaluations(List.of(evaluation), loop.now());
            proposals.propose(
                    command, reply -> then.accept(registered(reply, key, Optional.of(evaluation), List.of())));
        });
    }

    /** Forgets everything that is over, however short ago. */
    public void collectGarbage(Consumer<Reply<Long>> then) {
        loop.execute(() -> collectGarbage(ROUNDS_MAX, then));
    }

    /** One log entry holds a bounded number of things, so it may take several. */
    private void collectGarbage(int rounds, Consumer<Reply<Long>> then) {
        var commands = Garbage.everything(store.snapshot(), loop.now());
        if (commands.isEmpty() || rounds == 0) {
            then.accept(
                    new Reply.Done<>(store.snapshot().index(), store.snapshot().index()));
            return;
        }
        proposals.propose(commands.getFirst(), reply -> {
            switch (reply) {
                case Reply.Done<Long> done -> collectGarbage(rounds - 1, then);
                case Reply.Refused<Long> refused -> then.accept(refused);
            }
        });
    }

    private Reply<Registered> registered(
            Reply<Long> reply, JobKey key, Optional<Evaluation> evaluation, List<String> notices) {
        return reply.map(index -> new Registered(
                store.snapshot().job(key).map(job -> job.jobModifyIndex()).orElse(index),
                evaluation.map(Evaluation::id),
                notices));
    }
}
