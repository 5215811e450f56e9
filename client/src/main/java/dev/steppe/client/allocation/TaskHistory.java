package dev.steppe.client.allocation;

import dev.steppe.client.driver.ExitResult;
import dev.steppe.model.TaskEvent;
import dev.steppe.model.TaskState;
import dev.steppe.model.TaskStatus;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What became of a task so far, as its node reports it: its status and the newest events. Owned by the client's loop. */
final class TaskHistory {
    private static final System.Logger LOG = System.getLogger(TaskHistory.class.getName());

    private final String task;
    private final Supplier<Instant> now;
    private final Runnable changed;
    private TaskState state;

    /** @param task how the log calls the task */
    TaskHistory(String task, TaskState state, Supplier<Instant> now, Runnable changed) {
        this.task = task;
        this.state = state;
        this.now = now;
        this.changed = changed;
    }

    TaskState state() {
        return state;
    }

    void started() {
        state = with(TaskStatus.RUNNING, state.failed(), now.get(), Instant.EPOCH);
    }

    void dead(boolean failed) {
        state = with(TaskStatus.DEAD, failed, state.startedAt(), now.get());
        changed.run();
    }

    /** It is to run another time. */
    void again() {
        state = new TaskState(
                TaskStatus.PENDING,
                false,
                state.restarts() + 1,
                now.get(),
                state.startedAt(),
                Instant.EPOCH,
                state.events());
        changed.run();
    }

    void event(String type, String message) {
        event(type, message, Map.of());
    }

    void event(String type, String message, Map<String, String> details) {
        add(new TaskEvent(type, now.get(), message, new TreeMap<>(details), details.containsKey("fails_task"), 0, 0));
    }

    void terminated(ExitResult exit) {
        var details = new TreeMap<String, String>();
        details.put("exit_code", Integer.toString(exit.exitCode()));
        details.put("signal", Integer.toString(exit.signal()));
        details.put("oom_killed", Boolean.toString(exit.oomKilled()));
        exit.error().ifPresent(error -> details.put("exit_message", error));
        String message = "Exit Code: " + exit.exitCode()
                + (exit.signal() == 0 ? "" : ", Signal: " + exit.signal())
                + (exit.oomKilled()
                        ? ", " + exit.memoryExplanation().orElse("killed because it used more memory than it may")
                        : "")
                + exit.error().map(error -> ", Exit Message: \"" + error + "\"").orElse("");
        add(new TaskEvent("Terminated", exit.at(), message, details, false, exit.exitCode(), exit.signal()));
    }

    private void add(TaskEvent event) {
        LOG.log(
                Level.INFO,
                () -> "task event " + task + " type=" + event.type() + " message=" + event.displayMessage());
        List<TaskEvent> events = new ArrayList<>(state.events());
        events.add(events.isEmpty() ? event : notBefore(events.getLast().time(), event));
        while (events.size() > TaskState.EVENTS_MAX) {
            events.removeFirst();
        }
        state = new TaskState(
                state.status(),
                state.failed(),
                state.restarts(),
                state.lastRestart(),
                state.startedAt(),
                state.finishedAt(),
                Collections.unmodifiableList(events));
        changed.run();
    }

    /** A short program ends before this agent has seen its start; still its end comes after that. */
    private static TaskEvent notBefore(Instant earlier, TaskEvent event) {
        return event.time().isBefore(earlier)
                ? new TaskEvent(
                        event.type(),
                        earlier,
                        event.displayMessage(),
                        event.details(),
                        event.failsTask(),
                        event.exitCode(),
                        event.signal())
                : event;
    }

    private TaskState with(TaskStatus status, boolean failed, Instant startedAt, Instant finishedAt) {
        return new TaskState(
                status, failed, state.restarts(), state.lastRestart(), startedAt, finishedAt, state.events());
    }
}
