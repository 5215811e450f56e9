package dev.steppe.model.specification;

import dev.steppe.model.DisconnectStrategy;
import dev.steppe.model.JobType;
import dev.steppe.model.ReschedulePolicy;
import dev.steppe.model.RestartPolicy;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.UpdateStrategy;
import java.time.Duration;
import java.util.List;

/** What makes the policies of a group wrong: restart, reschedule, update, migrate, disconnect and its own times. */
final class PolicyRules {
    private static final Duration INTERVAL_MIN = Duration.ofSeconds(5);

    private final JobType type;
    private final Problems at;

    PolicyRules(JobType type, Problems at) {
        this.type = type;
        this.at = at;
    }

    void group(TaskGroup group) {
        group.restartPolicy().ifPresent(policy -> restart(policy, at));
        group.reschedulePolicy().ifPresent(this::reschedule);
        group.update().ifPresent(this::update);
        group.migrate().ifPresent(migrate -> {
            at.addIf(type != JobType.SERVICE, "Migrate", "migrate is for jobs of type service");
            at.oneOf(
                    "Migrate.HealthCheck",
                    "migrate health_check",
                    migrate.healthCheck(),
                    List.of("checks", "task_states"));
        });
        group.disconnect().ifPresent(this::disconnect);
        at.notNegative("ShutdownDelay", "shutdown_delay", group.shutdownDelay());
        group.maxRunDuration().ifPresent(limit -> {
            at.addIf(!type.ends(), "MaxRunDuration", "max_run_duration is for jobs of type batch or sysbatch");
            at.addIf(limit.isNegative() || limit.isZero(), "MaxRunDuration", "max_run_duration must be greater than 0");
        });
    }

    static void restart(RestartPolicy policy, Problems at) {
        at.atLeast("RestartPolicy.Interval", "restart interval", policy.interval(), INTERVAL_MIN);
        at.notNegative("RestartPolicy.Delay", "restart delay", policy.delay());
        at.addIf(
                policy.mode().equals("delay") && policy.attempts() == 0,
                "RestartPolicy",
                "restart mode \"delay\" with attempts = 0 would wait for ever; write mode = \"fail\"");
        at.addIf(
                !fit(policy.attempts(), policy.delay(), policy.interval()),
                "RestartPolicy",
                "restart: " + policy.attempts() + " attempts with a delay of " + Problems.text(policy.delay())
                        + " do not fit into the interval of " + Problems.text(policy.interval()));
    }

    private void reschedule(ReschedulePolicy policy) {
        if (policy.attempts() == 0 && !policy.unlimited()) {
            return;
        }
        at.addIf(
                type == JobType.SYSBATCH,
                "ReschedulePolicy",
                "reschedule has no meaning for sysbatch jobs: there is no other node, and what is to end was tried");
        at.oneOf(
                "ReschedulePolicy.DelayFunction",
                "reschedule delay_function",
                policy.delayFunction(),
                List.of("constant", "exponential", "fibonacci"));
        at.atLeast("ReschedulePolicy.Delay", "reschedule delay", policy.delay(), Duration.ofSeconds(5));
        at.addIf(
                policy.unlimited() && policy.attempts() > 0,
                "ReschedulePolicy",
                "reschedule attempts = " + policy.attempts() + " and unlimited = true exclude each other");
        at.addIf(
                !policy.delayFunction().equals("constant") && policy.maxDelay().compareTo(policy.delay()) < 0,
                "ReschedulePolicy.MaxDelay",
                "reschedule max_delay must not be less than delay");
        if (!policy.unlimited()) {
            at.atLeast("ReschedulePolicy.Interval", "reschedule interval", policy.interval(), Duration.ofSeconds(15));
            boolean constant = policy.delayFunction().equals("constant");
            at.addIf(
                    !fit(policy),
                    "ReschedulePolicy",
                    "reschedule: " + policy.attempts() + " attempts with "
                            + (constant ? "a delay of " : policy.delayFunction() + " delays from ")
                            + Problems.text(policy.delay())
                            + (constant ? "" : " up to " + Problems.text(policy.maxDelay()))
                            + " do not fit into the interval of " + Problems.text(policy.interval())
                            + ", so they would never be used up; write fewer attempts or a longer interval");
        }
    }

    /** Whether the delays before all attempts, which grow up to the longest, are no longer than the interval together. */
    private static boolean fit(ReschedulePolicy policy) {
        boolean constant = policy.delayFunction().equals("constant");
        var before = Duration.ZERO;
        var delay = policy.delay();
        var left = policy.interval();
        for (int attempts = policy.attempts(); attempts > 0; attempts--) {
            boolean grows = !constant && delay.compareTo(policy.maxDelay()) < 0;
            if (!grows || delay.compareTo(left) > 0 || !delay.isPositive()) {
                return fit(attempts, delay, left);
            }
            left = left.minus(delay);
            var next = delay.plus(policy.delayFunction().equals("fibonacci") ? before : delay);
            before = delay;
            delay = next.compareTo(policy.maxDelay()) < 0 ? next : policy.maxDelay();
        }
        return true;
    }

    /** Divides, since a product of what people write may be beyond what a duration can be. */
    private static boolean fit(int attempts, Duration delay, Duration interval) {
        return attempts <= 0 || delay.compareTo(interval.dividedBy(attempts)) <= 0;
    }

    private void update(UpdateStrategy update) {
        at.addIf(type.ends(), "Update", "update is for jobs of type service or system");
        at.addIf(update.maxParallel() < 0, "Update.MaxParallel", "update max_parallel must not be negative");
        at.addIf(update.canary() < 0, "Update.Canary", "update canary must not be negative");
        at.addIf(
                type.everywhere() && update.canary() > 100,
                "Update.Canary",
                "update canary of a system job is a percentage of the nodes, at most 100");
        at.oneOf(
                "Update.HealthCheck",
                "update health_check",
                update.healthCheck(),
                List.of("checks", "task_states", "manual"));
        at.notNegative("Update.MinHealthyTime", "update min_healthy_time", update.minHealthyTime());
        at.addIf(
                update.minHealthyTime().compareTo(update.healthyDeadline()) >= 0,
                "Update.MinHealthyTime",
                "update min_healthy_time must be less than healthy_deadline");
        at.addIf(
                !update.progressDeadline().isZero()
                        && update.healthyDeadline().compareTo(update.progressDeadline()) >= 0,
                "Update.HealthyDeadline",
                "update healthy_deadline must be less than progress_deadline");
        at.addIf(
                update.autoPromote() && update.canary() == 0, "Update.AutoPromote", "update auto_promote needs canary");
    }

    private void disconnect(DisconnectStrategy disconnect) {
        disconnect.lostAfter().ifPresent(after -> at.notNegative("Disconnect.LostAfter", "lost_after", after));
        disconnect.stopOnClientAfter().ifPresent(after -> {
            at.notNegative("Disconnect.StopOnClientAfter", "stop_on_client_after", after);
            at.addIf(
                    disconnect.lostAfter().isPresent(),
                    "Disconnect",
                    "disconnect lost_after and stop_on_client_after exclude each other");
            at.addIf(
                    type.everywhere(),
                    "Disconnect.StopOnClientAfter",
                    "disconnect stop_on_client_after is for jobs of type service or batch");
        });
        at.oneOf(
                "Disconnect.Reconcile",
                "disconnect reconcile",
                disconnect.reconcile(),
                List.of("best_score", "longest_running", "keep_original", "keep_replacement"));
    }
}
