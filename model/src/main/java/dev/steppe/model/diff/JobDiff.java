package dev.steppe.model.diff;

import dev.steppe.model.JobSpec;
import dev.steppe.model.Task;
import dev.steppe.model.TaskGroup;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A job before and after. Every group and task is in it, also unchanged ones; of other blocks only those that differ,
 * with their unchanged fields beside the changed ones.
 */
public record JobDiff(
        DiffType type, String id, List<FieldDiff> fields, List<ObjectDiff> objects, List<TaskGroupDiff> taskGroups) {

    /** What changes when the one becomes the other; everything is new when there is none before. */
    public static JobDiff between(Optional<JobSpec> before, JobSpec after) {
        var parts = RecordDiff.compare(JobSpec.class, before, Optional.of(after), List.of("id", "taskGroups"));
        var oldGroups = named(before.map(JobSpec::taskGroups).orElse(List.of()), TaskGroup::name);
        var newGroups = named(after.taskGroups(), TaskGroup::name);
        var groups = new ArrayList<TaskGroupDiff>();
        for (String name : union(oldGroups, newGroups)) {
            groups.add(group(name, found(oldGroups, name), found(newGroups, name)));
        }
        var fields = new ArrayList<>(parts.fields());
        before.flatMap(old -> order(
                        "TaskGroups",
                        names(old.taskGroups(), TaskGroup::name),
                        names(after.taskGroups(), TaskGroup::name)))
                .ifPresent(fields::add);
        boolean same =
                unchanged(fields, parts.objects()) && groups.stream().allMatch(group -> group.type() == DiffType.NONE);
        return new JobDiff(type(before, Optional.of(after), same), after.id().value(), fields, parts.objects(), groups);
    }

    private static TaskGroupDiff group(String name, Optional<TaskGroup> before, Optional<TaskGroup> after) {
        var parts = RecordDiff.compare(TaskGroup.class, before, after, List.of("tasks"));
        var oldTasks = named(before.map(TaskGroup::tasks).orElse(List.of()), Task::name);
        var newTasks = named(after.map(TaskGroup::tasks).orElse(List.of()), Task::name);
        var tasks = new ArrayList<TaskDiff>();
        for (String task : union(oldTasks, newTasks)) {
            tasks.add(task(task, found(oldTasks, task), found(newTasks, task)));
        }
        var fields = new ArrayList<>(parts.fields());
        before.flatMap(old -> after.flatMap(
                        now -> order("Tasks", names(old.tasks(), Task::name), names(now.tasks(), Task::name))))
                .ifPresent(fields::add);
        boolean same =
                unchanged(fields, parts.objects()) && tasks.stream().allMatch(task -> task.type() == DiffType.NONE);
        return new TaskGroupDiff(
                type(before, after, same), name, fields, parts.objects(), tasks, Collections.emptySortedMap());
    }

    private static TaskDiff task(String name, Optional<Task> before, Optional<Task> after) {
        var parts = RecordDiff.compare(Task.class, before, after, List.of());
        boolean same = unchanged(parts.fields(), parts.objects());
        return new TaskDiff(type(before, after, same), name, parts.fields(), parts.objects(), List.of());
    }

    static boolean unchanged(List<FieldDiff> fields, List<ObjectDiff> objects) {
        return fields.stream().allMatch(field -> field.type() == DiffType.NONE)
                && objects.stream().allMatch(object -> object.type() == DiffType.NONE);
    }

    static DiffType type(Optional<?> before, Optional<?> after, boolean same) {
        if (before.isEmpty()) {
            return DiffType.ADDED;
        }
        if (after.isEmpty()) {
            return DiffType.DELETED;
        }
        return same ? DiffType.NONE : DiffType.EDITED;
    }

    /** The same things in another order are a change too, since two such jobs are not equal. */
    static Optional<FieldDiff> order(String name, List<String> before, List<String> after) {
        boolean moved = !before.equals(after)
                && before.size() == after.size()
                && before.stream()
                        .sorted()
                        .toList()
                        .equals(after.stream().sorted().toList());
        return moved
                ? Optional.of(FieldDiff.of(name + " (order)", String.join(", ", before), String.join(", ", after)))
                : Optional.empty();
    }

    private static <T> List<String> names(List<T> things, Function<T, String> name) {
        return things.stream().map(name).toList();
    }

    private static <T> TreeMap<String, T> named(List<T> things, Function<T, String> name) {
        var found = new TreeMap<String, T>();
        things.forEach(thing -> found.put(name.apply(thing), thing));
        return found;
    }

    private static <T> Optional<T> found(TreeMap<String, T> things, String name) {
        return Optional.ofNullable(things.get(name));
    }

    private static <T> Set<String> union(TreeMap<String, T> one, TreeMap<String, T> two) {
        var all = new TreeMap<>(one);
        all.putAll(two);
        return all.keySet();
    }
}
