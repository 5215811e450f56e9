package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.DeploymentId;
import dev.steppe.model.Job;
import dev.steppe.model.JobSpec;
import dev.steppe.model.RescheduleEvent;
import dev.steppe.model.ReschedulePolicy;
import dev.steppe.model.RescheduleTracker;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.TaskState;
import dev.steppe.state.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether and when a failed instance is replaced, by the policy of its group. */
public final class Rescheduling {
    /** Events that are remembered where the policy counts none. */
    private static final int REMEMBERED = 5;

    private final Snapshot snapshot;
    private final Job job;
    private final Instant horizon;
    private final boolean forced;
    private final Rollout rollout;

    /** When an instance is replaced. */
    sealed interface Decision {
        record Now() implements Decision {}

        record Later(Instant due) implements Decision {}

        /** Nothing is to be tried any more; its place stays empty. */
        record NoMore() implements Decision {}

        /** The newest version of its job takes its place. */
        record Updated() implements Decision {}

        /** It is replaced already, or is of a version that is over. */
        record NotNeeded() implements Decision {}
    }

    /**
     * What is due by the horizon is due now. When {@code forced}, failed instances are replaced at once whatever their
     * policy says.
     */
    Rescheduling(Snapshot snapshot, Job job, Instant horizon, boolean forced, Rollout rollout) {
        this.snapshot = snapshot;
        this.job = job;
        this.horizon = horizon;
        this.forced = forced;
        this.rollout = rollout;
    }

    /** As one sees it who begins nothing: a deployment that would begin is not known yet, and its id is never seen. */
    static Rescheduling seen(Snapshot snapshot, Job job, Instant horizon) {
        var nobodys = new DeploymentId(job.spec().id().value());
        return new Rescheduling(snapshot, job, horizon, false, new Rollout(snapshot, job, nobodys));
    }

    Decision of(TaskGroup group, Allocation failed) {
        boolean older = failed.jobVersion() != job.version();
        if (failed.next().isPresent() || (older && job.spec().type().ends())) {
            return new Decision.NotNeeded();
        }
        if (forced) {
            return new Decision.Now();
        }
        if (job.spec().type().everywhere() && job.spec().type().ends()) {
            // there is no other node to try, and what is to end was tried here
            return new Decision.NoMore();
        }
        if (older && rollout.isOpen(group.name()) && !isAboutToTry(group)) {
            return new Decision.Updated();
        }
        var policy = policy(snapshot.jobOf(failed).orElse(job).spec(), failed);
        if (rollout.isBroken(failed) || isExhausted(policy, failed)) {
            return new Decision.NoMore();
        }
        var due = failedAt(failed).plus(delay(policy, failed));
        return due.isAfter(horizon) ? new Decision.Later(due) : new Decision.Now();
    }

    /** True when the newest version is going to be tried beside the one before: that goes on as it did until then. */
    private boolean isAboutToTry(TaskGroup group) {
        return rollout.mayBegin()
                && job.spec()
                        .updateOf(group)
                        .filter(strategy -> strategy.canary() > 0)
                        .isPresent();
    }

    /** The policy that holds for an allocation of a version of its job. */
    private static ReschedulePolicy policy(JobSpec spec, Allocation allocation) {
        return spec.group(allocation.taskGroup())
                .flatMap(TaskGroup::reschedulePolicy)
                .orElseGet(() -> ReschedulePolicy.defaultOf(spec.type()));
    }

    /** True when a failed allocation's policy allows no other attempt. */
    public static boolean isExhausted(JobSpec spec, Allocation failed) {
        return isExhausted(policy(spec, failed), failed);
    }

    private static boolean isExhausted(ReschedulePolicy policy, Allocation failed) {
        return !policy.unlimited() && attempts(policy, failed) >= policy.attempts();
    }

    /** How often what the allocation stands for was replaced, within the policy's interval. */
    private static long attempts(ReschedulePolicy policy, Allocation failed) {
        var since = failedAt(failed).minus(policy.interval());
        return failed.reschedules().events().stream()
                .filter(event -> event.rescheduleTime().isAfter(since))
                .count();
    }

    /** When its last task ended; not later than the servers learned of it, whatever the node's clock says. */
    private static Instant failedAt(Allocation failed) {
        return failed.client().taskStates().values().stream()
                .map(TaskState::finishedAt)
                .filter(finished -> finished.isAfter(Instant.EPOCH) && finished.isBefore(failed.modifyTime()))
                .max(Instant::compareTo)
                .orElse(failed.modifyTime());
    }

    /** How long to wait before a failed allocation is replaced. */
    static Duration delay(ReschedulePolicy policy, Allocation failed) {
        var events = failed.reschedules().events();
        if (events.isEmpty() || policy.delayFunction().equals("constant")) {
            return policy.delay();
        }
        var last = events.getLast();
        var next = policy.delayFunction().equals("fibonacci")
                ? last.delay().plus(delayBefore(policy, events))
                : last.delay().multipliedBy(2);
        if (policy.maxDelay().isZero() || next.compareTo(policy.maxDelay()) <= 0) {
            return next;
        }
        var ran = Duration.between(last.rescheduleTime(), failedAt(failed));
        return ran.compareTo(policy.maxDelay()) > 0 ? policy.delay() : policy.maxDelay();
    }

    /** The delay before the last one; none where the series began anew with the last. */
    private static Duration delayBefore(ReschedulePolicy policy, List<RescheduleEvent> events) {
        if (events.size() < 2) {
            return Duration.ZERO;
        }
        var before = events.get(events.size() - 2).delay();
        boolean anew = before.compareTo(events.getLast().delay()) > 0
                && events.getLast().delay().equals(policy.delay());
        return anew ? Duration.ZERO : before;
    }

    /** What the replacement of a failed allocation remembers. */
    static RescheduleTracker after(JobSpec spec, Allocation failed, Instant now) {
        var policy = policy(spec, failed);
        var events = new ArrayList<RescheduleEvent>();
        if (policy.unlimited()) {
            var all = failed.reschedules().events();
            events.addAll(all.subList(Math.max(0, all.size() - (REMEMBERED - 1)), all.size()));
        } else {
            var since = now.minus(policy.interval());
            failed.reschedules().events().stream()
                    .filter(event -> event.rescheduleTime().isAfter(since))
                    .forEach(events::add);
        }
        events.add(new RescheduleEvent(now, failed.id(), failed.nodeId(), delay(policy, failed)));
        return new RescheduleTracker(List.copyOf(events));
    }

    /** How often what the allocation stands for was replaced lately, of how many times; empty when nobody counts. */
    public static Optional<Attempts> attempts(JobSpec spec, Allocation allocation) {
        var policy = policy(spec, allocation);
        return policy.unlimited()
                ? Optional.empty()
                : Optional.of(new Attempts(attempts(policy, allocation), policy.attempts()));
    }

    /** Replacements made and allowed. */
    public record Attempts(long made, int allowed) {}
}
