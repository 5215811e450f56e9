package dev.steppe.client.allocation;

import dev.steppe.client.driver.Driver;
import dev.steppe.client.driver.DriverException;
import dev.steppe.client.driver.DriverHandle;
import dev.steppe.client.driver.ExitResult;
import dev.steppe.client.driver.StartProgress;
import dev.steppe.client.driver.TaskContext;
import dev.steppe.io.Loop;
import dev.steppe.model.RestartPolicy;
import dev.steppe.model.Task;
import dev.steppe.model.TaskState;
import dev.steppe.model.TaskStatus;
import dev.steppe.model.codec.GoDuration;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * One task of an allocation: prepared, started, watched, started again by its restart policy or on request, stopped.
 * Owned by the client's loop; hooks and the driver's blocking calls run away from it. Phases: idle → preparing → starting →
 * running → cleaning → (waiting → preparing)* → releasing → dead; delaying, stopping and ending lead from running to
 * cleaning.
 */
final class TaskRunner {
    private static final Duration UNTIL_TOLD = Duration.ofSeconds(10);

    private final Loop loop;
    private Parts parts;
    private final TaskSteps steps;
    private final RestartTracker restarts;
    private final TaskHistory history;
    private final Runnable changed;
    private final StopSwitch stopSwitch = new StopSwitch();
    private Phase phase = new Phase.Idle();
    private Optional<DriverHandle> handle;
    /** Commands that were asked for while the task was about to run. */
    private final List<Runnable> whenRunning = new ArrayList<>();

    private Optional<ExitResult> exit;
    private Optional<TaskControl.Restart> restart;
    private boolean begun;
    private Instant startDue;
    private SortedMap<String, TaskHook.Prepared> prepared;
    private boolean noShutdownDelay;

    /** Where a task is. Each phase holds only what it needs. */
    private sealed interface Phase {
        record Idle() implements Phase {}

        record Preparing() implements Phase {}

        record Starting() implements Phase {}

        record Running() implements Phase {}

        record Delaying(Loop.Timer timer) implements Phase {}

        record Stopping() implements Phase {}

        /** Stopped, and not told how it ended yet. */
        record Ending(Loop.Timer timer) implements Phase {}

        record Cleaning() implements Phase {}

        record Waiting(Loop.Timer timer) implements Phase {}

        record Releasing() implements Phase {}

        record Dead() implements Phase {}
    }

    /** What a task's runner is made of. */
    record Parts(
            Task task,
            Surroundings surroundings,
            Driver driver,
            List<TaskHook> hooks,
            Context context,
            RestartTracker restarts,
            Duration killTimeout) {

        Parts goingOnWith(Task newer, Duration newKillTimeout) {
            return new Parts(newer, surroundings, driver, hooks, context, restarts, newKillTimeout);
        }
    }

    /** Makes what the driver needs, with what the hooks add to the environment. May block. */
    @FunctionalInterface
    interface Context {
        TaskContext with(SortedMap<String, String> environment) throws DriverException;
    }

    TaskRunner(Loop loop, Parts parts, TaskState state, KeptTask kept, Runnable changed) {
        this.loop = loop;
        this.parts = parts;
        this.restarts = parts.restarts();
        this.changed = changed;
        this.history = new TaskHistory(state, loop::now, changed);
        this.steps = new TaskSteps(parts.hooks(), new TaskSite(parts.surroundings(), parts.task(), new Control()));
        this.handle = kept.handle();
        this.exit = kept.exit();
        this.restart = kept.restart();
        this.begun = kept.begun();
        this.startDue = kept.startDue();
        this.prepared = kept.prepared();
        if (state.status() == TaskStatus.DEAD) {
            phase = new Phase.Dead();
        }
    }

    /** The requests of hooks and checks, from any thread. */
    private final class Control implements TaskControl {
        @Override
        public void restart(Restart why) {
            loop.execute(() -> TaskRunner.this.restart(why));
        }

        @Override
        public void signal(String signal, String why) {
            loop.execute(() -> TaskRunner.this.signal(signal, why));
        }

        @Override
        public void run(List<String> command, Duration atMost, Consumer<String> failed) {
            loop.execute(() -> TaskRunner.this.run(command, atMost, failed));
        }

        @Override
        public void event(String type, String message) {
            loop.execute(() -> history.event(type, message));
        }

        @Override
        public boolean awaitStop(Duration atMost) throws InterruptedException {
            return stopSwitch.await(atMost);
        }
    }

    /** What a driver tells of a start that takes long. */
    private final class Telling implements StartProgress {
        @Override
        public void tell(String message) {
            loop.execute(() -> history.event("Driver", message));
        }

        @Override
        public boolean isCalledOff() {
            return stopSwitch.isOn();
        }
    }

    TaskState state() {
        return history.state();
    }

    TaskHistory history() {
        return history;
    }

    Optional<DriverHandle> handle() {
        return handle;
    }

    KeptTask kept() {
        var lasting = new TreeMap<String, TaskHook.Prepared>();
        prepared.forEach((name, one) -> {
            if (one.lasting()) {
                lasting.put(name, one);
            }
        });
        return new KeptTask(
                handle, exit, restart, restarts.count(), begun, startDue, Collections.unmodifiableSortedMap(lasting));
    }

    /** Another version of its task that differs only in how it is ended and restarted. */
    void goOnWith(Task newer, RestartPolicy policy, Duration killTimeout) {
        parts = parts.goingOnWith(newer, killTimeout);
        restarts.goOnWith(policy);
    }

    Task task() {
        return parts.task();
    }

    Driver driver() {
        return parts.driver();
    }

    boolean isDead() {
        return phase instanceof Phase.Dead;
    }

    /** True until it is started for the first time, or for the first time after {@link #revive}. */
    boolean isIdle() {
        return phase instanceof Phase.Idle;
    }

    void received() {
        history.event("Received", "Task received by client");
        history.event("Task Setup", "Building Task Directory");
    }

    /** Starts a task that is idle or waits for its next start. */
    void start() {
        if (stopSwitch.isOn() || !(phase instanceof Phase.Idle || phase instanceof Phase.Waiting)) {
            return;
        }
        begun = true;
        startDue = Instant.EPOCH;
        if (steps.isEmpty()) {
            launch();
            return;
        }
        phase = new Phase.Preparing();
        var before = prepared;
        loop.<TaskSteps.Progress>offload("prepare-" + task().name(), () -> steps.prepare(before), outcome -> {
            switch (outcome) {
                case Loop.Outcome.Done<TaskSteps.Progress> done -> prepared(done.value());
                case Loop.Outcome.Failed<TaskSteps.Progress> failed ->
                    startFailed("Task hook failed", failed.reason(), true);
            }
        });
    }

    private void prepared(TaskSteps.Progress progress) {
        prepared = progress.prepared();
        changed.run();
        if (progress.failure().isPresent()) {
            var failure = progress.failure().get();
            startFailed(failure.event(), failure, failure.recoverable());
        } else if (stopSwitch.isOn()) {
            end(false);
        } else {
            launch();
        }
    }

    private void launch() {
        phase = new Phase.Starting();
        var environment = steps.environment(prepared);
        loop.<DriverHandle>offload(
                "start-" + task().name(),
                () -> {
                    var begun = driver().start(parts.context().with(environment), new Telling());
                    steps.running();
                    return begun;
                },
                outcome -> {
                    switch (outcome) {
                        case Loop.Outcome.Done<DriverHandle> done -> started(done.value());
                        case Loop.Outcome.Failed<DriverHandle> failed ->
                            startFailed(
                                    "Driver Failure",
                                    failed.reason(),
                                    !(failed.reason() instanceof DriverException refused) || refused.recoverable());
                    }
                });
    }

    private void started(DriverHandle newHandle) {
        handle = Optional.of(newHandle);
        history.started();
        history.event("Started", "Task started by client");
        watch(newHandle);
    }

    private void watch(DriverHandle running) {
        phase = new Phase.Running();
        driver().watch(running, result -> loop.execute(() -> exited(running, result)));
        if (stopSwitch.isOn()) {
            delayStop();
        } else if (restart.isPresent()) {
            kill();
        }
        var awaited = List.copyOf(whenRunning);
        whenRunning.clear();
        awaited.forEach(Runnable::run);
    }

    private void startFailed(String event, Exception reason, boolean recoverable) {
        String message = String.valueOf(reason.getMessage());
        history.event(event, message, Map.of("driver_error", message));
        if (stopSwitch.isOn()) {
            end(false);
        } else if (!recoverable) {
            history.event("Not Restarting", "Error was unrecoverable");
            end(true);
        } else {
            decide(restarts.afterFailure(loop.now(), loop.random()));
        }
    }

    /** Takes over where an earlier agent was; without a handle the program is looked for first. */
    void adopt() {
        if (isDead()) {
            return;
        }
        if (exit.isPresent()) {
            phase = new Phase.Cleaning();
            clean();
        } else if (handle.isPresent()) {
            recover(handle.get());
        } else if (startDue.isAfter(loop.now())) {
            phase = new Phase.Waiting(loop.after(Duration.between(loop.now(), startDue), this::start));
        } else {
            find();
        }
    }

    private void find() {
        var directories = parts.surroundings().directories(task().name());
        phase = new Phase.Starting();
        loop.<Optional<DriverHandle>>offload(
                "find-" + task().name(),
                () -> directories.isPresent() ? driver().find(directories.get()) : Optional.<DriverHandle>empty(),
                outcome -> {
                    if (outcome instanceof Loop.Outcome.Done<Optional<DriverHandle>> done
                            && done.value().isPresent()) {
                        handle = done.value();
                        history.started();
                        recover(handle.get());
                    } else {
                        notThere();
                    }
                });
    }

    private void recover(DriverHandle kept) {
        phase = new Phase.Starting();
        loop.<Boolean>offload(
                "adopt-" + task().name(),
                () -> {
                    driver().recover(kept);
                    steps.running();
                    return true;
                },
                outcome -> {
                    switch (outcome) {
                        case Loop.Outcome.Done<Boolean> done -> {
                            changed.run();
                            watch(kept);
                        }
                        case Loop.Outcome.Failed<Boolean> failed -> {
                            history.event(
                                    "Failed Restoring Task",
                                    "the task is gone: " + failed.reason().getMessage() + "; it is started again");
                            handle = Optional.empty();
                            notThere();
                        }
                    }
                });
    }

    /** It starts again, or for the first time when its turn comes. */
    private void notThere() {
        if (stopSwitch.isOn()) {
            end(false);
            return;
        }
        phase = new Phase.Idle();
        if (begun) {
            start();
        } else {
            changed.run();
        }
    }

    private void exited(DriverHandle ended, ExitResult result) {
        if (exit.isPresent() || handle.filter(current -> current.equals(ended)).isEmpty()) {
            return;
        }
        exit = Optional.of(result);
        history.terminated(result);
        switch (phase) {
            case Phase.Running running -> cleanWhenKept();
            case Phase.Delaying delaying -> {
                delaying.timer().cancel();
                cleanWhenKept();
            }
            case Phase.Ending ending -> {
                ending.timer().cancel();
                killed();
            }
            // the stop that is under way comes back by itself
            case Phase.Idle it -> {}
            case Phase.Preparing it -> {}
            case Phase.Starting it -> {}
            case Phase.Stopping it -> {}
            case Phase.Cleaning it -> {}
            case Phase.Waiting it -> {}
            case Phase.Releasing it -> {}
            case Phase.Dead it -> {}
        }
    }

    /** Only an end that is written down may be cleaned up: a later agent could not learn of it any more. */
    private void cleanWhenKept() {
        phase = new Phase.Cleaning();
        changed.run();
        loop.execute(this::clean);
    }

    /** Removes what is left of an ended program before anything else is started in its place. */
    private void clean() {
        var ended = handle;
        loop.<Boolean>offload(
                "clean-" + task().name(),
                () -> {
                    if (ended.isPresent()) {
                        driver().destroy(ended.get());
                    }
                    steps.ended();
                    return true;
                },
                outcome -> {
                    if (outcome instanceof Loop.Outcome.Failed<Boolean> failed) {
                        history.event(
                                "Driver Failure",
                                "cleaning up failed: " + failed.reason().getMessage());
                    }
                    cleaned();
                });
    }

    private void cleaned() {
        if (stopSwitch.isOn()) {
            end(false);
        } else if (restart.isPresent()) {
            var why = restart.get();
            decide(
                    why.counts()
                            ? restarts.afterFailure(loop.now(), loop.random())
                            : new RestartTracker.Decision.Again(Duration.ZERO, why.reason()));
        } else {
            boolean successful = exit.map(ExitResult::successful).orElse(false);
            decide(restarts.afterExit(successful, loop.now(), loop.random()));
        }
    }

    private void decide(RestartTracker.Decision decision) {
        switch (decision) {
            case RestartTracker.Decision.Done done -> end(false);
            case RestartTracker.Decision.GiveUp giveUp -> {
                history.event("Not Restarting", giveUp.reason(), Map.of("fails_task", "true"));
                end(true);
            }
            case RestartTracker.Decision.Again again -> {
                handle = Optional.empty();
                exit = Optional.empty();
                restart = Optional.empty();
                startDue = loop.now().plus(again.delay());
                history.event(
                        "Restarting",
                        "Task restarting in " + GoDuration.format(again.delay().truncatedTo(ChronoUnit.MILLIS)),
                        Map.of(
                                "restart_reason",
                                again.reason(),
                                "start_delay",
                                Long.toString(again.delay().toNanos())));
                history.again();
                phase = new Phase.Waiting(loop.after(again.delay(), this::start));
            }
        }
    }

    /** Stops and starts again; a task that waits for its next start does not wait any longer. Answers why it cannot. */
    Optional<String> restart(TaskControl.Restart why) {
        if (stopSwitch.isOn()) {
            return Optional.of("task \"" + task().name() + "\" is stopping");
        }
        switch (phase) {
            case Phase.Running running -> {
                history.event("Restart Signaled", why.reason());
                restart = Optional.of(why);
                kill();
                return Optional.empty();
            }
            case Phase.Waiting waiting
            when !why.counts() -> {
                history.event("Restart Signaled", why.reason());
                waiting.timer().cancel();
                start();
                return Optional.empty();
            }
            default -> {
                return Optional.of("Task not running: \"" + task().name() + "\" is "
                        + state().status().name().toLowerCase(java.util.Locale.ROOT));
            }
        }
    }

    /** Sends a signal; answers why it cannot. What the driver says comes as an event. */
    Optional<String> signal(String signal, String why) {
        if (!(phase instanceof Phase.Running)) {
            return Optional.of("Task not running: \"" + task().name() + "\" is "
                    + state().status().name().toLowerCase(java.util.Locale.ROOT));
        }
        var running = handle.orElseThrow();
        history.event("Signaling", why, Map.of("task_signal", signal, "task_signal_reason", why));
        loop.<Boolean>offload(
                "signal-" + task().name(),
                () -> {
                    driver().signal(running, signal);
                    return true;
                },
                outcome -> {
                    if (outcome instanceof Loop.Outcome.Failed<Boolean> failed) {
                        history.event(
                                "Driver Failure", "signal: " + failed.reason().getMessage());
                    }
                });
        return Optional.empty();
    }

    /** In a task that runs, or will in a moment; in one that ended there is nothing to run it in. */
    private void run(List<String> command, Duration atMost, Consumer<String> failed) {
        if (phase instanceof Phase.Starting) {
            whenRunning.add(() -> run(command, atMost, failed));
        }
        if (!(phase instanceof Phase.Running)) {
            return;
        }
        var running = handle.orElseThrow();
        loop.<Optional<String>>offload(
                "run-" + task().name(), () -> InsideCommand.run(driver(), running, command, atMost), outcome -> {
                    switch (outcome) {
                        case Loop.Outcome.Done<Optional<String>> done ->
                            done.value().ifPresent(failed);
                        case Loop.Outcome.Failed<Optional<String>> broken ->
                            failed.accept(String.valueOf(broken.reason().getMessage()));
                    }
                });
    }

    /** Ends the task: now when it does not run, else after its shutdown delay, kill signal and timeout. Idempotent. */
    void stop(boolean withoutDelay) {
        noShutdownDelay |= withoutDelay;
        if (phase instanceof Phase.Delaying delaying && noShutdownDelay) {
            delaying.timer().cancel();
            history.event("Skipping shutdown delay", "Skipping shutdown_delay since it is not wanted any more");
            kill();
        }
        if (stopSwitch.isOn() || isDead()) {
            return;
        }
        stopSwitch.turnOn();
        switch (phase) {
            case Phase.Idle idle -> end(false);
            case Phase.Waiting waiting -> {
                waiting.timer().cancel();
                end(false);
            }
            case Phase.Running running -> delayStop();
            case Phase.Preparing preparing -> history.event("Killing", "waits for the preparation that is under way");
            case Phase.Starting starting -> history.event("Killing", "waits for the start that is under way");
            case Phase.Cleaning cleaning -> history.event("Killing", "waits until what ended is cleaned up");
            // ends anyway, or is stopped already
            case Phase.Delaying it -> {}
            case Phase.Stopping it -> {}
            case Phase.Ending it -> {}
            case Phase.Releasing it -> {}
            case Phase.Dead it -> {}
        }
    }

    private void delayStop() {
        var delay = task().shutdownDelay();
        if (delay.isZero() || noShutdownDelay) {
            kill();
            return;
        }
        history.event(
                "Waiting for shutdown delay",
                "Waiting for shutdown_delay of " + GoDuration.format(delay) + " before killing the task.");
        phase = new Phase.Delaying(loop.after(delay, this::kill));
    }

    private void kill() {
        var timeout = parts.killTimeout();
        phase = new Phase.Stopping();
        history.event(
                "Killing",
                "Sent interrupt. Waiting " + GoDuration.format(timeout) + " before force killing",
                Map.of("kill_timeout", timeout.toString()));
        // Only a stop that is written down is carried out: a later agent would take the end it brings for the task's
        // own.
        loop.execute(() -> interrupt(timeout));
    }

    private void interrupt(Duration timeout) {
        var running = handle.orElseThrow();
        loop.<Boolean>offload(
                "stop-" + task().name(),
                () -> {
                    driver().stop(running, task().killSignal(), timeout);
                    return true;
                },
                outcome -> {
                    if (outcome instanceof Loop.Outcome.Failed<Boolean> failed) {
                        history.event(
                                "Killing", "stopping failed: " + failed.reason().getMessage());
                        cleanWhenKept();
                    } else if (exit.isPresent()) {
                        killed();
                    } else {
                        // Cleaning up takes the exit status away, which the driver tells on a thread of its own.
                        phase = new Phase.Ending(loop.after(UNTIL_TOLD, this::killed));
                    }
                });
    }

    private void killed() {
        history.event("Killed", "Task successfully killed");
        cleanWhenKept();
    }

    /** The task will not run again: its hooks give back what they hold. */
    private void end(boolean failed) {
        if (steps.isEmpty() || phase instanceof Phase.Idle) {
            dead(failed);
            return;
        }
        phase = new Phase.Releasing();
        loop.<Boolean>offload(
                "release-" + task().name(),
                () -> {
                    steps.release();
                    return true;
                },
                outcome -> dead(failed));
    }

    private void dead(boolean failed) {
        handle = Optional.empty();
        exit = Optional.empty();
        restart = Optional.empty();
        phase = new Phase.Dead();
        history.dead(failed);
    }

    /** The task cannot run since another part of its allocation failed. */
    void fail(String type, String message) {
        history.event(type, message);
        dead(true);
    }

    /** A dead task is to run another time. */
    void revive() {
        stopSwitch.turnOff();
        noShutdownDelay = false;
        begun = false;
        phase = new Phase.Idle();
        history.again();
    }

    /** All that an earlier agent knew of it is gone, as after a reboot. */
    void surroundingsGone() {
        handle = Optional.empty();
        exit = Optional.empty();
        restart = Optional.empty();
        begun = false;
        prepared = Collections.emptySortedMap();
    }
}
