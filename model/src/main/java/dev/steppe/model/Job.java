package dev.steppe.model;

import dev.steppe.model.codec.Flat;
import dev.steppe.model.codec.RecordShape;
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
        Optional<VersionTag> versionTag,
        @Flat JobOrigin origin) {

    public JobKey key() {
        return spec.key();
    }

    /** False for what had ended, under a purged job of the same name, before this one came into being. */
    public boolean tookOver(Allocation allocation) {
        return allocation.modifyIndex() >= createIndex;
    }

    /** The same version, known to work or not. */
    public Job stable(boolean works, long index) {
        return new Job(spec, stop, works, version, submitTime, createIndex, index, jobModifyIndex, versionTag, origin);
    }

    /** The same version with another tag, or with none. */
    public Job tagged(Optional<VersionTag> tag, long index) {
        return new Job(spec, stop, stable, version, submitTime, createIndex, index, jobModifyIndex, tag, origin);
    }

    /** The same as people see it, with the payload as it was given. */
    public Job shown() {
        return origin.payload().length == 0 ? this : RecordShape.with(this, "origin", origin.shown());
    }

    /** The next version, in which a group has another count. */
    public Job scaled(String group, int count, long index) {
        var groups = spec.taskGroups().stream()
                .map(it -> it.name().equals(group) ? RecordShape.with(it, "count", count) : it)
                .toList();
        return new Job(
                RecordShape.with(spec, "taskGroups", groups),
                stop,
                false,
                version + 1,
                submitTime,
                createIndex,
                index,
                index,
                Optional.empty(),
                origin);
    }

    /** True when it is dispatched and runs nothing itself. */
    public boolean isParameterized() {
        return spec.parameterized().isPresent() && !origin.dispatched();
    }

    /** True when its times launch other jobs and it runs nothing itself. */
    public boolean isPeriodic() {
        return spec.periodic().isPresent() && !isParameterized();
    }

    /** True when its times come: it is neither stopped nor switched off. */
    public boolean isLaunching() {
        return isPeriodic() && !stop && spec.periodic().orElseThrow().enabled();
    }

    /** True when only the jobs it launches run. */
    public boolean isParent() {
        return isParameterized() || isPeriodic();
    }
}
