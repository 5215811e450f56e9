package dev.steppe.client.allocation;

import dev.steppe.model.Lifecycle;
import dev.steppe.model.Task;
import dev.steppe.model.TaskState;
import dev.steppe.model.TaskStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * In which order the tasks of a group start and end, as their lifecycle blocks say. It looks at the tasks' states only
 * and remembers nothing, so that it decides the same after a crash.
 */
final class TaskOrder {
    private final List<Task> tasks;

    /** When a task runs in relation to the main tasks, which have no lifecycle block. */
    enum Role {
        PRESTART,
        MAIN,
        POSTSTART,
        POSTSTOP;

        static Role of(Task task) {
            return switch (task.lifecycle().map(Lifecycle::hook).orElse("")) {
                case "prestart" -> PRESTART;
                case "poststart" -> POSTSTART;
                case "poststop" -> POSTSTOP;
                default -> MAIN;
            };
        }
    }

    /** Why all tasks of a group end although nobody asked for it: the event the others get. */
    record Ending(String event, String message) {}

    TaskOrder(Collection<Task> tasks) {
        this.tasks = List.copyOf(tasks);
    }

    static boolean isSidecar(Task task) {
        return task.lifecycle().map(Lifecycle::sidecar).orElse(false);
    }

    /** Whether a task that has not run yet may start now. Poststop tasks are not asked about here. */
    boolean mayStart(Task task, Map<String, TaskState> states) {
        return switch (Role.of(task)) {
            case PRESTART -> true;
            case MAIN ->
                all(
                        Role.PRESTART,
                        other -> isSidecar(other)
                                ? isRunning(other, states)
                                : isDead(other, states) && !failed(other, states));
            case POSTSTART ->
                all(Role.MAIN, other -> isRunning(other, states) || (isDead(other, states) && !failed(other, states)));
            case POSTSTOP -> false;
        };
    }

    /** Whether the group's work is over, by failure or because the tasks that matter have ended. */
    Optional<Ending> ending(Map<String, TaskState> states) {
        for (Task task : tasks) {
            if (Role.of(task) != Role.POSTSTOP && isDead(task, states) && failed(task, states)) {
                return Optional.of(new Ending("Sibling Task Failed", "Task's sibling \"" + task.name() + "\" failed"));
            }
        }
        for (Task task : tasks) {
            if (task.leader() && isDead(task, states)) {
                return Optional.of(new Ending("Leader Task Dead", "Leader Task in Group dead"));
            }
        }
        return all(Role.MAIN, task -> isDead(task, states))
                ? Optional.of(new Ending("Main Tasks Dead", "Main tasks in the group died"))
                : Optional.empty();
    }

    /** The tasks that are to be stopped next: the leader, then all that are no sidecars, then these. Empty when none is left. */
    List<Task> stopNext(Map<String, TaskState> states) {
        List<Predicate<Task>> waves = List.of(Task::leader, task -> !isSidecar(task), task -> true);
        for (var wave : waves) {
            var next = new ArrayList<Task>();
            for (Task task : tasks) {
                if (Role.of(task) != Role.POSTSTOP && wave.test(task) && !isDead(task, states)) {
                    next.add(task);
                }
            }
            if (!next.isEmpty()) {
                return next;
            }
        }
        return List.of();
    }

    /** The tasks that run after all others. */
    List<Task> poststop() {
        return tasks.stream().filter(task -> Role.of(task) == Role.POSTSTOP).toList();
    }

    /** Whether everything that should run does, and what had to be done before is done. */
    boolean isUp(Map<String, TaskState> states) {
        return !tasks.isEmpty()
                && tasks.stream().allMatch(task -> switch (Role.of(task)) {
                    case POSTSTOP -> true;
                    case MAIN -> isRunning(task, states);
                    case PRESTART, POSTSTART ->
                        isRunning(task, states) || (!isSidecar(task) && isDead(task, states) && !failed(task, states));
                });
    }

    private boolean all(Role role, Predicate<Task> condition) {
        return tasks.stream().filter(task -> Role.of(task) == role).allMatch(condition);
    }

    private static boolean isRunning(Task task, Map<String, TaskState> states) {
        return is(task, TaskStatus.RUNNING, states);
    }

    private static boolean isDead(Task task, Map<String, TaskState> states) {
        return is(task, TaskStatus.DEAD, states);
    }

    private static boolean is(Task task, TaskStatus status, Map<String, TaskState> states) {
        var state = states.get(task.name());
        return state != null && state.status() == status;
    }

    private static boolean failed(Task task, Map<String, TaskState> states) {
        var state = states.get(task.name());
        return state != null && state.failed();
    }
}
