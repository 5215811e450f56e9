package dev.steppe.scheduler;

import dev.steppe.model.JobSpec;
import dev.steppe.model.diff.DiffType;
import dev.steppe.model.diff.FieldDiff;
import dev.steppe.model.diff.JobDiff;
import dev.steppe.model.diff.ObjectDiff;
import dev.steppe.model.diff.TaskDiff;
import dev.steppe.model.diff.TaskGroupDiff;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a changed job means for a running instance of a group: it goes on with the new version, or it has to be replaced,
 * and because of which fields. What is not known to leave a running task alone replaces it: a new field is safe by default.
 */
record Consequence(List<String> replacing) {
    /** At the job, only these are seen by its tasks; everything else there steers placement. */
    private static final List<String> OF_JOB = List.of("Name", "Type", "Meta");

    /** Fields and blocks of a group that its running instances do not notice, or take over while they run. */
    private static final List<String> GROUP_IN_PLACE = List.of(
            "Count",
            "Constraint",
            "Affinity",
            "Spread",
            "RestartPolicy",
            "ReschedulePolicy",
            "Update",
            "Migrate",
            "Disconnect",
            "Scaling",
            "ShutdownDelay",
            "MaxRunDuration",
            "Service",
            "TaskGroups (order)");

    private static final List<String> TASK_IN_PLACE =
            List.of("Constraint", "Affinity", "Service", "RestartPolicy", "KillTimeout", "KillSignal", "ShutdownDelay");

    /** True when running instances go on. */
    boolean inPlace() {
        return replacing.isEmpty();
    }

    /** Of the change from one version to another, for the instances of a group that both have. */
    static Consequence of(JobSpec before, JobSpec after, String group) {
        var diff = JobDiff.between(Optional.of(before), after);
        var found = new ArrayList<String>();
        diff.fields().stream()
                .filter(field -> field.type() != DiffType.NONE && replacesAtJob(field.name()))
                .forEach(field -> found.add("job " + field.name()));
        diff.objects().stream()
                .filter(object -> replacesAtJob(object.name()))
                .forEach(object -> found.add("job " + object.name()));
        diff.taskGroups().stream().filter(it -> it.name().equals(group)).forEach(it -> collect(it, found));
        return new Consequence(List.copyOf(found));
    }

    private static void collect(TaskGroupDiff group, List<String> found) {
        group.fields().stream().filter(Consequence::replacesInGroup).forEach(field -> found.add(field.name()));
        group.objects().stream().filter(Consequence::replacesInGroup).forEach(object -> found.add(object.name()));
        for (TaskDiff task : group.tasks()) {
            String where = "task " + task.name() + ": ";
            if (task.type() == DiffType.ADDED || task.type() == DiffType.DELETED) {
                found.add(where + task.type().name().toLowerCase(java.util.Locale.ROOT));
                continue;
            }
            task.fields().stream()
                    .filter(Consequence::replacesInTask)
                    .forEach(field -> found.add(where + field.name()));
            task.objects().stream()
                    .filter(Consequence::replacesInTask)
                    .forEach(object -> found.add(where + object.name()));
        }
    }

    static boolean replacesAtJob(String name) {
        return OF_JOB.stream().anyMatch(it -> name.equals(it) || name.startsWith(it + "["));
    }

    static boolean replacesInGroup(FieldDiff field) {
        return field.type() != DiffType.NONE && !GROUP_IN_PLACE.contains(field.name());
    }

    static boolean replacesInGroup(ObjectDiff object) {
        return !GROUP_IN_PLACE.contains(object.name()) || changesMesh(object);
    }

    static boolean replacesInTask(FieldDiff field) {
        return field.type() != DiffType.NONE && !TASK_IN_PLACE.contains(field.name());
    }

    static boolean replacesInTask(ObjectDiff object) {
        return !TASK_IN_PLACE.contains(object.name()) || changesMesh(object);
    }

    /** A service's name, tags, port and checks are taken over; its sidecar is part of what its tasks were started with. */
    private static boolean changesMesh(ObjectDiff object) {
        return object.name().equals("Service")
                && object.objects().stream()
                        .anyMatch(inner -> inner.name().equals("Connect") && inner.type() != DiffType.NONE);
    }
}
