package dev.steppe.state;

import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import java.time.Instant;

/**
 * How far the launches of a periodic job are decided: up to and with {@code launch}, which at first is when the job got
 * its times. Whoever leads launches what is named after it, so nothing is launched twice or lost between two leaders.
 */
public record PeriodicLaunch(String namespace, JobId job, Instant launch, long createIndex, long modifyIndex) {
    public JobKey key() {
        return new JobKey(namespace, job);
    }
}
