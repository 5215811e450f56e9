package dev.steppe.model;

import dev.steppe.model.codec.Scalar;

/** The id of job. Never empty. */
public record JobId(String value) implements Scalar, Comparable<JobId> {
    public JobId {
        Ids.check(value, "job id");
    }

    @Override
    public int compareTo(JobId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
