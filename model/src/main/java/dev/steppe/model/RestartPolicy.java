package dev.steppe.model;

import dev.steppe.model.codec.Default;
import java.time.Duration;

/**
 * What the node does when a task ends: how often within the interval it starts it again, after which delay, and
 * whether it then gives up ({@code fail}) or waits for the next interval ({@code delay}).
 */
public record RestartPolicy(
        int attempts,
        Duration interval,
        Duration delay,
        @Default("fail") String mode,
        boolean renderTemplates) {

    /** The policy of a group that names none. */
    public static RestartPolicy defaultOf(JobType type) {
        return type.ends()
                ? new RestartPolicy(3, Duration.ofHours(24), Duration.ofSeconds(15), "fail", false)
                : new RestartPolicy(2, Duration.ofMinutes(30), Duration.ofSeconds(15), "fail", false);
    }

    public RestartPolicy {
        if (!mode.equals("fail") && !mode.equals("delay")) {
            throw new IllegalArgumentException("restart mode \"" + mode + "\" must be \"fail\" or \"delay\"");
        }
        if (attempts < 0) {
            throw new IllegalArgumentException("restart attempts " + attempts + " must not be negative");
        }
    }
}
