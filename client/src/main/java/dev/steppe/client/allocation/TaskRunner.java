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
    private final TaskProgram program;
    private final RestartTracker restarts;
    private final TaskHistory history;
    private final Runnable changed;
    private final StopSwitch stopSwitch = new StopSwitch();
    private TaskPhase phase = new TaskPhase.Idle();
    private Optional<DriverHandle> handle;
    /** Commands that were asked for while the task was about to run; those of a start that failed are not for the next. */
    private final List<Runnable> whenRunning = new ArrayList<>();

    private Optional<ExitResult> exit;
    private Optional<TaskControl.Restart> restart;
    private boolean begun;
    private Instant startDue;
    private SortedMap<String, TaskHook.Prepared> prepared;
    private boolean noShutdownDelay;

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
        var name = "allocation=" + parts.surroundings().allocation().id() + " task="
                + parts.task().name();
        this.history = new TaskHistory(name, state, loop::now, changed);
        this.steps = new TaskSteps(parts.hooks(), new TaskSite(parts.surroundings(), parts.task(), new Control()));
        this.program = new TaskProgram(loop, parts.task().name(), parts.driver(), steps);
        this.handle = kept.handle();
        this.exit = kept.exit();
        this.restart = kept.restart();
        this.begun = kept.begun();
        this.startDue = kept.startDue();
        this.prepared = kept.prepared();
        if (state.status() == TaskStatus.DEAD) {
            phase = new TaskPhase.Dead();
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
        return phase instanceof TaskPhase.Dead;
    }

    /** True until it is started for the first time, or for the first time after {@link #revive}. */
    boolean isIdle() {
        return phase instanceof TaskPhase.Idle;
    }

    void received() {
        history.event("Received", "Task received by client");
        history.event("Task Setup", "Building Task Directory");
    }

    /** Starts a task that is idle or waits for its next start. */
    void start() {
        if (stopSwitch.isOn() || !(phase instanceof TaskPhase.Idle || phase instanceof TaskPhase.Waiting)) {
            return;
        }
        begun = true;
        startDue = Instant.EPOCH;
        if (steps.isEmpty()) {
            launch();
            return;
        }
        phase = new TaskPhase.Preparing();
        program.prepare(prepared, this::prepared, reason -> startFailed("Task hook failed", reason, true));
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
        whenRunning.clear();
        phase = new TaskPhase.Starting();
        var environment = steps.environment(prepared);
        program.start(
                () -> parts.context().with(environment),
                new Telling(),
                this::started,
                reason -> startFailed(
                        "Driver Failure",
                        reason,
                        !(reason instanceof DriverException refused) || refused.recoverable()));
    }

    private void started(DriverHandle newHandle) {
        handle = Optional.of(newHandle);
        history.started();
        history.event("Started", "Task started by client");
        watch(newHandle);
    }

    private void watch(DriverHandle running) {
        phase = new TaskPhase.Running();
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
        whenRunning.clear();
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
            phase = new TaskPhase.Cleaning();
            clean();
        } else if (handle.isPresent()) {
            recover(handle.get());
        } else if (startDue.isAfter(loop.now())) {
            phase = new TaskPhase.Waiting(loop.after(Duration.between(loop.now(), startDue), this::start));
        } else {
            find();
        }
    }

    private void find() {
        phase = new TaskPhase.Starting();
        program.find(parts.surroundings().directories(task().name()), found -> {
            if (found.isPresent()) {
                handle = found;
                history.started();
                recover(found.get());
            } else {
                notThere();
            }
        });
    }

    private void recover(DriverHandle kept) {
        phase = new TaskPhase.Starting();
        program.recover(
                kept,
                () -> {
                    changed.run();
                    watch(kept);
                },
                reason -> {
                    history.event(
                            "Failed Restoring Task",
                            "the task is gone: " + reason.getMessage() + "; it is started again");
                    handle = Optional.empty();
                    notThere();
                });
    }

    /** It starts again, or for the first time when its turn comes. */
    private void notThere() {
        whenRunning.clear();
        if (stopSwitch.isOn()) {
            end(false);
            return;
        }
        phase = new TaskPhase.Idle();
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
            case TaskPhase.Running running -> cleanWhenKept();
            case TaskPhase.Delaying delaying -> {
                delaying.timer().cancel();
                cleanWhenKept();
            }
            case TaskPhase.Ending ending -> {
                ending.timer().cancel();
                killed();
            }
            // the stop that is under way comes back by itself
            case TaskPhase.Idle it -> {}
            case TaskPhase.Preparing it -> {}
            case TaskPhase.Starting it -> {}
            case TaskPhase.Stopping it -> {}
            case TaskPhase.Cleaning it -> {}
            case TaskPhase.Waiting it -> {}
            case TaskPhase.Releasing it -> {}
            case TaskPhase.Dead it -> {}
        }
    }

    /** Only an end that is written down may be cleaned up: a later agent could not learn of it any more. */
    private void cleanWhenKept() {
        phase = new TaskPhase.Cleaning();
        changed.run();
        loop.execute(this::clean);
    }

    /** Removes what is left of an ended program before anything else is started in its place. */
    private void clean() {
        program.clean(handle, failure -> {
            failure.ifPresent(reason -> history.event("Driver Failure", "cleaning up failed: " + reason.getMessage()));
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
                phase = new TaskPhase.Waiting(loop.after(again.delay(), this::start));
            }
        }
    }

    /** Stops and starts again; a task that waits for its next start does not wait any longer. Answers why it cannot. */
    Optional<String> restart(TaskControl.Restart why) {
        if (stopSwitch.isOn()) {
            return Optional.of("task \"" + task().name() + "\" is stopping");
        }
        switch (phase) {
            case TaskPhase.Running running -> {
                history.event("Restart Signaled", why.reason());
                restart = Optional.of(why);
                kill();
                return Optional.empty();
            }
            case TaskPhase.Waiting waiting
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
        if (!(phase instanceof TaskPhase.Running)) {
            return Optional.of("Task not running: \"" + task().name() + "\" is "
                    + state().status().name().toLowerCase(java.util.Locale.ROOT));
        }
        var running = handle.orElseThrow();
        history.event("Signaling", why, Map.of("task_signal", signal, "task_signal_reason", why));
        program.signal(
                running,
                signal,
                failure ->
                        failure.ifPresent(reason -> history.event("Driver Failure", "signal: " + reason.getMessage())));
        return Optional.empty();
    }

    /** In a task that runs, or will in a moment; in one that ended there is nothing to run it in. */
    private void run(List<String> command, Duration atMost, Consumer<String> failed) {
        if (phase instanceof TaskPhase.Starting) {
            whenRunning.add(() -> run(command, atMost, failed));
        }
        if (!(phase instanceof TaskPhase.Running)) {
            return;
        }
        program.run(handle.orElseThrow(), command, atMost, failed);
    }

    /** Ends the task: now when it does not run, else after its shutdown delay, kill signal and timeout. Idempotent. */
    void stop(boolean withoutDelay) {
        noShutdownDelay |= withoutDelay;
        if (phase instanceof TaskPhase.Delaying delaying && noShutdownDelay) {
            delaying.timer().cancel();
            history.event("Skipping shutdown delay", "Skipping shutdown_delay since it is not wanted any more");
            kill();
        }
        if (stopSwitch.isOn() || isDead()) {
            return;
        }
        stopSwitch.turnOn();
        switch (phase) {
            case TaskPhase.Idle idle -> end(false);
            case TaskPhase.Waiting waiting -> {
                waiting.timer().cancel();
                end(false);
            }
            case TaskPhase.Running running -> delayStop();
            case TaskPhase.Preparing preparing ->
                history.event("Killing", "waits for the preparation that is under way");
            case TaskPhase.Starting starting -> history.event("Killing", "waits for the start that is under way");
            case TaskPhase.Cleaning cleaning -> history.event("Killing", "waits until what ended is cleaned up");
            // ends anyway, or is stopped already
            case TaskPhase.Delaying it -> {}
            case TaskPhase.Stopping it -> {}
            case TaskPhase.Ending it -> {}
            case TaskPhase.Releasing it -> {}
            case TaskPhase.Dead it -> {}
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
        phase = new TaskPhase.Delaying(loop.after(delay, this::kill));
    }

    private void kill() {
        var timeout = parts.killTimeout();
        phase = new TaskPhase.Stopping();
        history.event(
                "Killing",
                "Sent interrupt. Waiting " + GoDuration.format(timeout) + " before force killing",
                Map.of("kill_timeout", timeout.toString()));
        // Only a stop that is written down is carried out: a later agent would take the end it brings for the task's
        // own.
        loop.execute(() -> interrupt(timeout));
    }

    private void interrupt(Duration timeout) {
        program.stop(handle.orElseThrow(), task().killSignal(), timeout, failure -> {
            if (failure.isPresent()) {
                history.event("Killing", "stopping failed: " + failure.get().getMessage());
                cleanWhenKept();
            } else if (exit.isPresent()) {
                killed();
            } else {
                // Cleaning up takes the exit status away, which the driver tells on a thread of its own.
                phase = new TaskPhase.Ending(loop.after(UNTIL_TOLD, this::killed));
            }
        });
    }

    private void killed() {
        history.event("Killed", "Task successfully killed");
        cleanWhenKept();
    }

    /** The task will not run again: its hooks give back what they hold. */
    private void end(boolean failed) {
        if (steps.isEmpty() || phase instanceof TaskPhase.Idle) {
            dead(failed);
            return;
        }
        phase = new TaskPhase.Releasing();
        program.release(() -> dead(failed));
    }

    private void dead(boolean failed) {
        handle = Optional.empty();
        exit = Optional.empty();
        restart = Optional.empty();
        phase = new TaskPhase.Dead();
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
        phase = new TaskPhase.Idle();
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
