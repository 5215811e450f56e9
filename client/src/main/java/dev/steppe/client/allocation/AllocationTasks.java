package dev.steppe.client.allocation;

import dev.steppe.io.Loop;
import dev.steppe.model.JobSpec;
import dev.steppe.model.RestartPolicy;
import dev.steppe.model.Task;
import dev.steppe.model.TaskState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/** The tasks of one allocation, started and ended in their order. Owned by the client's loop. */
final class AllocationTasks {
    private final Map<String, TaskRunner> runners = new LinkedHashMap<>();
    private final Duration maxKillTimeout;
    private final TaskOrder order;
    private Optional<String> missingDriver = Optional.empty();

    /** What an earlier agent knew of them. */
    record Before(Map<String, TaskState> states, Map<String, KeptTask> kept) {
        static final Before NOTHING = new Before(Map.of(), Map.of());
    }

    AllocationTasks(
            Loop loop, AllocationRunner.TaskParts parts, Surroundings surroundings, Before before, Runnable changed) {
        maxKillTimeout = parts.maxKillTimeout();
        var job = surroundings.job();
        for (Task task : surroundings.group().tasks()) {
            var driver = parts.drivers().named(task.driver());
            if (driver.isEmpty()) {
                missingDriver = Optional.of("driver \"" + task.driver() + "\" is not available on this node");
                continue;
            }
            var kept = before.kept().getOrDefault(task.name(), KeptTask.fresh());
            var runnerParts = new TaskRunner.Parts(
                    task,
                    surroundings,
                    driver.get(),
                    parts.hooks(),
                    environment -> parts.contexts().of(surroundings, task, environment),
                    restarts(job, surroundings, task, kept),
                    shorter(task.killTimeout(), maxKillTimeout));
            var state = before.states().getOrDefault(task.name(), TaskState.fresh());
            runners.put(task.name(), new TaskRunner(loop, runnerParts, state, kept, changed));
        }
        order = new TaskOrder(runners.values().stream().map(TaskRunner::task).toList());
    }

    private static RestartTracker restarts(JobSpec job, Surroundings surroundings, Task task, KeptTask kept) {
        return new RestartTracker(
                policy(surroundings, task),
                RestartTracker.endsBySuccess(task, job.type().ends()),
                kept.restarts());
    }

    private static RestartPolicy policy(Surroundings surroundings, Task task) {
        return task.restartPolicy()
                .or(() -> surroundings.group().restartPolicy())
                .orElseGet(() -> RestartPolicy.defaultOf(surroundings.job().type()));
    }

    /** They go on with a version of the job that differs only in how they are ended and restarted. */
    void goOnWith(Surroundings surroundings) {
        for (Task task : surroundings.group().tasks()) {
            named(task.name())
                    .ifPresent(runner -> runner.goOnWith(
                            task, policy(surroundings, task), shorter(task.killTimeout(), maxKillTimeout)));
        }
    }

    private static Duration shorter(Duration one, Duration two) {
        return one.compareTo(two) < 0 ? one : two;
    }

    /** Why they can never run here. */
    Optional<String> missingDriver() {
        return missingDriver;
    }

    Collection<TaskRunner> all() {
        return runners.values();
    }

    Optional<TaskRunner> named(String name) {
        return Optional.ofNullable(runners.get(name));
    }

    SortedMap<String, TaskState> states() {
        var states = new TreeMap<String, TaskState>();
        runners.forEach((name, task) -> states.put(name, task.state()));
        return states;
    }

    SortedMap<String, KeptTask> kept() {
        var kept = new TreeMap<String, KeptTask>();
        runners.forEach((name, task) -> kept.put(name, task.kept()));
        return Collections.unmodifiableSortedMap(kept);
    }

    void adopt() {
        runners.values().forEach(TaskRunner::adopt);
    }

    /** Starts those whose turn it is. */
    void startReady() {
        start(task -> order.mayStart(task.task(), states()));
    }

    /** Starts those that run after all others. */
    void startPoststop() {
        var last = order.poststop();
        start(task -> last.contains(task.task()));
    }

    private void start(Predicate<TaskRunner> which) {
        for (TaskRunner task : new ArrayList<>(runners.values())) {
            if (task.isIdle() && which.test(task)) {
                task.start();
            }
        }
    }

    Optional<TaskOrder.Ending> ending() {
        return order.ending(states());
    }

    /** An event of all of them. */
    void tell(String event, String message) {
        runners.values().forEach(task -> task.history().event(event, message));
    }

    /** Why nobody asked for the end that begins: told to each that still runs. */
    void tell(TaskOrder.Ending ending) {
        for (TaskRunner task : runners.values()) {
            if (!task.isDead() && TaskOrder.Role.of(task.task()) != TaskOrder.Role.POSTSTOP) {
                task.history().event(ending.event(), ending.message());
            }
        }
    }

    /** Stops those that are next; false when all but the last ones have ended. */
    boolean stopNext(boolean withoutDelay) {
        var next = order.stopNext(states());
        next.forEach(task -> named(task.name()).orElseThrow().stop(withoutDelay));
        return !order.stopNext(states()).isEmpty();
    }

    /** Stops all at once, for an allocation that never ran. */
    void stopAll() {
        runners.values().forEach(task -> task.stop(true));
    }

    boolean areDead() {
        return runners.values().stream().allMatch(TaskRunner::isDead);
    }

    boolean areUp() {
        return order.isUp(states());
    }

    /** What was done for main tasks that still have to run is to be done another time. */
    void reviveHelpers() {
        if (ending().isEmpty()) {
            runners.values().stream()
                    .filter(task -> task.isDead() && TaskOrder.Role.of(task.task()) != TaskOrder.Role.MAIN)
                    .forEach(TaskRunner::revive);
        }
    }

    /** All that ended are to run another time. */
    void revive() {
        runners.values().stream().filter(TaskRunner::isDead).forEach(TaskRunner::revive);
    }

    /** Restarts one that runs; answers why it cannot. */
    Optional<String> restart(String name, TaskControl.Restart why) {
        return named(name).map(task -> task.restart(why)).orElseGet(() -> unknown(name));
    }

    /** Restarts all that run, each by itself; answers why none can be. */
    Optional<String> restartRunning(String why) {
        return eachRunning(task -> task.restart(TaskControl.Restart.wanted(why)));
    }

    /** Signals one, or all that run; answers why it cannot. */
    Optional<String> signal(Optional<String> name, String signal, String why) {
        return name.isPresent()
                ? named(name.get()).map(task -> task.signal(signal, why)).orElseGet(() -> unknown(name.get()))
                : eachRunning(task -> task.signal(signal, why));
    }

    private Optional<String> eachRunning(Function<TaskRunner, Optional<String>> action) {
        var refusals = runners.values().stream()
                .filter(task -> task.handle().isPresent())
                .map(action)
                .toList();
        return refusals.isEmpty() ? Optional.of("Task not running") : refusals.getFirst();
    }

    private static Optional<String> unknown(String name) {
        return Optional.of("unknown task name \"" + name + "\"");
    }

    /** Those that run now, by name. */
    SortedMap<String, AllocationRunner.RunningTask> running() {
        var found = new TreeMap<String, AllocationRunner.RunningTask>();
        runners.forEach((name, task) -> task.handle()
                .ifPresent(handle -> found.put(name, new AllocationRunner.RunningTask(task.driver(), handle))));
        return found;
    }
}
