package dev.steppe.model;

import dev.steppe.model.codec.Flat;
import java.time.Instant;

/** A registered job: its specification and what the servers keep beside it. */
public record Job(
        @Flat JobSpec spec,
        boolean stop,
        boolean stable,
        long version,
        Instant submitTime,
        long createIndex,
        long modifyIndex,
        long jobModifyIndex) {

    public JobKey key() {
        return spec.key();
    }
}
