package dev.steppe.model;

import dev.steppe.model.codec.RecordShape;
import java.util.Optional;

/** Writes out what holds for the groups of a job that say nothing, so that everybody who reads the job sees it. */
public final class JobDefaults {
    private JobDefaults() {}

    /** The job with the policies of its groups spelled out. A job that has them all is returned as it is. */
    public static JobSpec applied(JobSpec job) {
        var groups = job.taskGroups().stream().map(group -> applied(job, group)).toList();
        return groups.equals(job.taskGroups()) ? job : RecordShape.with(job, "taskGroups", groups);
    }

    private static TaskGroup applied(JobSpec job, TaskGroup given) {
        var type = job.type();
        var group = given;
        if (group.restartPolicy().isEmpty()) {
            group = RecordShape.with(group, "restartPolicy", Optional.of(RestartPolicy.defaultOf(type)));
        }
        if (group.reschedulePolicy().isEmpty() && !type.everywhere()) {
            group = RecordShape.with(group, "reschedulePolicy", Optional.of(ReschedulePolicy.defaultOf(type)));
        }
        if (group.update().isEmpty() && !type.ends()) {
            group = RecordShape.with(group, "update", job.update().or(() -> Optional.of(UpdateStrategy.standard())));
        }
        if (group.migrate().isEmpty() && type == JobType.SERVICE) {
            group = RecordShape.with(group, "migrate", Optional.of(MigrateStrategy.standard()));
        }
        return group;
    }
}
