package dev.steppe.scheduler;

import dev.steppe.model.diff.DiffType;
import dev.steppe.model.diff.FieldDiff;
import dev.steppe.model.diff.JobDiff;
import dev.steppe.model.diff.ObjectDiff;
import dev.steppe.model.diff.TaskDiff;
import dev.steppe.model.diff.TaskGroupDiff;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Writes beside each difference what it leads to, in the words that tools know. */
record Annotation(SortedMap<String, DesiredUpdates> updates) {
    private static final String CREATE = "forces create";
    private static final String DESTROY = "forces destroy";
    private static final String IN_PLACE = "forces in-place update";
    private static final String REPLACE = "forces create/destroy update";

    JobDiff of(JobDiff job) {
        return new JobDiff(
                job.type(),
                job.id(),
                job.type() == DiffType.EDITED
                        ? fields(job.fields(), field -> Consequence.replacesAtJob(field.name()))
                        : job.fields(),
                job.objects(),
                job.taskGroups().stream().map(this::of).toList());
    }

    private TaskGroupDiff of(TaskGroupDiff group) {
        boolean edited = group.type() == DiffType.EDITED;
        return new TaskGroupDiff(
                group.type(),
                group.name(),
                edited ? group.fields().stream().map(Annotation::ofGroup).toList() : group.fields(),
                edited ? objects(group.objects(), Consequence::replacesInGroup) : group.objects(),
                group.tasks().stream().map(task -> of(group, task)).toList(),
                counted(updates.getOrDefault(group.name(), DesiredUpdates.NONE)));
    }

    private static FieldDiff ofGroup(FieldDiff field) {
        if (changed(field) && field.name().equals("Count")) {
            boolean more = number(field.after()) > number(field.before());
            return field.annotated(List.of(more ? CREATE : DESTROY));
        }
        return annotated(field, Consequence.replacesInGroup(field));
    }

    private static FieldDiff annotated(FieldDiff field, boolean replaces) {
        return changed(field) ? field.annotated(List.of(replaces ? REPLACE : IN_PLACE)) : field;
    }

    private static List<FieldDiff> fields(List<FieldDiff> fields, Predicate<FieldDiff> replaces) {
        return fields.stream()
                .map(field -> annotated(field, replaces.test(field)))
                .toList();
    }

    private static List<ObjectDiff> objects(List<ObjectDiff> objects, Predicate<ObjectDiff> replaces) {
        return objects.stream()
                .map(object -> whole(object, replaces.test(object)))
                .toList();
    }

    /** All that changed in a block leads to the same. */
    private static ObjectDiff whole(ObjectDiff object, boolean replaces) {
        return new ObjectDiff(
                object.type(),
                object.name(),
                fields(object.fields(), field -> replaces),
                objects(object.objects(), inner -> replaces));
    }

    private static long number(String text) {
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }

    private static TaskDiff of(TaskGroupDiff group, TaskDiff task) {
        boolean edited = task.type() == DiffType.EDITED;
        return new TaskDiff(
                task.type(),
                task.name(),
                edited ? fields(task.fields(), Consequence::replacesInTask) : task.fields(),
                edited ? objects(task.objects(), Consequence::replacesInTask) : task.objects(),
                notes(group, task));
    }

    private static List<String> notes(TaskGroupDiff group, TaskDiff task) {
        return switch (task.type()) {
            case NONE -> List.of();
            case ADDED -> List.of(group.type() == DiffType.ADDED ? CREATE : REPLACE);
            case DELETED -> List.of(group.type() == DiffType.DELETED ? DESTROY : REPLACE);
            case EDITED -> {
                var replaces = task.fields().stream().anyMatch(Consequence::replacesInTask)
                        || task.objects().stream().anyMatch(Consequence::replacesInTask);
                yield List.of(replaces ? REPLACE : IN_PLACE);
            }
        };
    }

    private static boolean changed(FieldDiff field) {
        return field.type() != DiffType.NONE;
    }

    private static SortedMap<String, Integer> counted(DesiredUpdates updates) {
        var counts = new TreeMap<String, Integer>();
        counts.put("create", updates.place());
        counts.put("destroy", updates.stop());
        counts.put("migrate", updates.migrate());
        counts.put("in-place update", updates.inPlace());
        counts.put("create/destroy update", updates.destructive());
        counts.put("canary", updates.canary());
        counts.put("preemptions", updates.preemptions());
        counts.put("disconnect", updates.disconnect());
        counts.put("reconnect", updates.reconnect());
        counts.put("ignore", updates.ignore());
        counts.values().removeIf(count -> count == 0);
        return Collections.unmodifiableSortedMap(counts);
    }
}
