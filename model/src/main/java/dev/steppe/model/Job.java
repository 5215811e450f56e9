package dev.steppe.model;

import dev.steppe.model.codec.Flat;
import java.time.Instant;
import java.util.Optional;

/** A registered job: its specification and what the servers keep beside it. */
public record Job(
        @Flat JobSpec spec,
        boolean stop,
        boolean stable,
        long version,
        Instant submitTime,
        long createIndex,
        long modifyIndex,
        long jobModifyIndex,
        Optional<VersionTag> versionTag) {

    public JobKey key() {
        return spec.key();
    }

    /** The same version with another tag, or with none. */
    public Job tagged(Optional<VersionTag> tag, long index) {
        return new Job(spec, stop, stable, version, submitTime, createIndex, index, jobModifyIndex, tag);
    }
}
