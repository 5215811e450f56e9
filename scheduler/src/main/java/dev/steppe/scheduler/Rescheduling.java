package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.Job;
import dev.steppe.model.ReschedulePolicy;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether and when a failed instance is replaced, by the policy of its group. */
final class Rescheduling {
    private final Snapshot snapshot;
    private final Job job;
    private final Instant now;
    private final boolean forced;

    /** When an instance is replaced. */
    sealed interface Decision {
        record Now() implements Decision {}

        record Later(Instant due) implements Decision {}

        /** Its policy has no attempt left; its place stays empty. */
        record NoMore() implements Decision {}

        /** It is replaced already, or is of a version that is over. */
        record NotNeeded() implements Decision {}
    }

    /** When {@code forced}, failed instances are replaced at once whatever their policy says. */
    Rescheduling(Snapshot snapshot, Job job, Instant now, boolean forced) {
        this.snapshot = snapshot;
        this.job = job;
        this.now = now;
        this.forced = forced;
    }

    Decision of(TaskGroup group, Allocation failed) {
        if (failed.next().isPresent() || failed.jobVersion() != job.version()) {
            return new Decision.NotNeeded();
        }
        if (forced) {
            return new Decision.Now();
        }
        var policy = group.reschedulePolicy()
                .orElseGet(() -> ReschedulePolicy.defaultOf(job.spec().type()));
        var history = history(failed);
        if (!policy.unlimited()) {
            var since = now.minus(policy.interval());
            long recent = history.stream()
                    .filter(allocation -> allocation.createTime().isAfter(since))
                    .count();
            if (recent >= policy.attempts()) {
                return new Decision.NoMore();
            }
        }
        var due = failed.modifyTime().plus(delay(policy, history.size()));
        return due.isAfter(now) ? new Decision.Later(due) : new Decision.Now();
    }

    /** The allocations this one replaced, one after the other. */
    private List<Allocation> history(Allocation allocation) {
        var found = new ArrayList<Allocation>();
        Optional<AllocationId> before = allocation.previous();
        while (before.isPresent() && found.size() < 100) {
            var previous =
                    snapshot.allocation(before.get()).filter(it -> it.client().status() == ClientStatus.FAILED);
            previous.ifPresent(found::add);
            before = previous.flatMap(Allocation::previous);
        }
        return found;
    }

    private static Duration delay(ReschedulePolicy policy, int replacedBefore) {
        Duration delay = policy.delay();
        Duration last = Duration.ZERO;
        for (int i = 0; i < Math.min(replacedBefore, 40); i++) {
            Duration next = switch (policy.delayFunction()) {
                case "exponential" -> delay.multipliedBy(2);
                case "fibonacci" -> delay.plus(last);
                default -> delay;
            };
            last = delay;
            delay = next;
        }
        boolean capped = !policy.maxDelay().isZero() && delay.compareTo(policy.maxDelay()) > 0;
        return capped ? policy.maxDelay() : delay;
    }
}
