package dev.steppe.client.allocation;

import dev.steppe.model.Lifecycle;
import dev.steppe.model.RestartPolicy;
import dev.steppe.model.Task;
import dev.steppe.model.codec.GoDuration;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * Decides after each end of a task whether it starts again, by its restart policy. Counts attempts within the policy's
 * interval; what it counted is its whole state.
 */
final class RestartTracker {
    /** Jitter keeps many instances that failed together from starting together: up to a quarter of the delay. */
    private static final double JITTER = 0.25;

    private RestartPolicy policy;
    private final boolean endsBySuccess;
    private RestartCount count;

    RestartTracker(RestartPolicy policy, boolean endsBySuccess, RestartCount count) {
        this.policy = policy;
        this.endsBySuccess = endsBySuccess;
        this.count = count;
    }

    /** Whether a task is done when it ends with success; a sidecar never is, other helpers of the main tasks always. */
    static boolean endsBySuccess(Task task, boolean jobEnds) {
        return task.lifecycle().map(Lifecycle::sidecar).map(sidecar -> !sidecar).orElse(jobEnds);
    }

    RestartCount count() {
        return count;
    }

    /** Another policy; what was counted stays. */
    void goOnWith(RestartPolicy newer) {
        policy = newer;
    }

    /** What happens next. */
    sealed interface Decision {
        /** The task is done and did not fail. */
        record Done() implements Decision {}

        /** The task failed for good. */
        record GiveUp(String reason) implements Decision {}

        record Again(Duration delay, String reason) implements Decision {}
    }

    Decision afterExit(boolean successful, Instant now, RandomGenerator random) {
        if (successful && endsBySuccess) {
            return new Decision.Done();
        }
        return afterFailure(now, random);
    }

    Decision afterFailure(Instant now, RandomGenerator random) {
        if (policy.attempts() == 0) {
            return new Decision.GiveUp("Policy allows no restarts");
        }
        boolean newInterval = now.isAfter(count.intervalStart().plus(policy.interval()));
        count = newInterval ? new RestartCount(1, now) : new RestartCount(count.attempts() + 1, count.intervalStart());
        if (count.attempts() <= policy.attempts()) {
            var jitter = (long) (policy.delay().toNanos() * JITTER * random.nextDouble());
            return new Decision.Again(policy.delay().plusNanos(jitter), "Restart within policy");
        }
        if (policy.mode().equals("delay")) {
            var untilNext = Duration.between(now, count.intervalStart().plus(policy.interval()));
            return new Decision.Again(
                    untilNext.isNegative() ? Duration.ZERO : untilNext, "Exceeded allowed attempts, applying a delay");
        }
        return new Decision.GiveUp("Exceeded allowed attempts " + policy.attempts() + " in interval "
                + GoDuration.format(policy.interval()) + " and mode is \"fail\"");
    }
}
