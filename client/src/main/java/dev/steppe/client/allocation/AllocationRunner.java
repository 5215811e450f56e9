package dev.steppe.client.allocation;

import dev.steppe.client.driver.Driver;
import dev.steppe.client.driver.DriverException;
import dev.steppe.client.driver.DriverHandle;
import dev.steppe.client.driver.TaskContext;
import dev.steppe.client.driver.TaskUsage;
import dev.steppe.io.Loop;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.CheckStatus;
import dev.steppe.model.ClientState;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.JobOrigin;
import dev.steppe.model.JobSpec;
import dev.steppe.model.MeshRefusal;
import dev.steppe.model.Task;
import dev.steppe.model.TaskState;
import dev.steppe.wire.Message;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/**
 * One allocation on this node, from its assignment to its end: hooks, then tasks in their order, then hooks in reverse.
 * Owned by the client's loop. Phases: waiting (for predecessors) → preparing → running ⇄ restarting → stopping → releasing →
 * ended. What happens next is read off the tasks' states each time one changes, so that a crash loses nothing.
 */
public final class AllocationRunner {
    private static final System.Logger LOG = System.getLogger(AllocationRunner.class.getName());

    private final Loop loop;
    private final Parts parts;
    private final Surroundings surroundings;
    private final AllocationSteps steps;
    private final AllocationTasks tasks;
    private final AllocationReport report;
    private final Health health;
    private Allocation allocation;
    private JobSpec job;
    private Phase phase = Phase.WAITING;
    /** Its hooks were prepared to the end once, by this agent or an earlier one. */
    private boolean prepared;

    private boolean stopWanted;
    private boolean withoutDelay;
    private Instant stoppingSince = Instant.EPOCH;
    private Optional<Loop.Timer> shutdownDelay = Optional.empty();
    private boolean changeDue;
    private boolean forgotten;
    private Optional<String> setupFailure = Optional.empty();
    /** Why its node ended it although nobody asked for that. */
    private String abandoned = "";

    private final RunLimit runLimit;

    private enum Phase {
        WAITING,
        PREPARING,
        RUNNING,
        RESTARTING,
        STOPPING,
        RELEASING,
        ENDED;

        AllocationReport.Stage stage() {
            return switch (this) {
                case WAITING, PREPARING -> AllocationReport.Stage.BEFORE;
                case RUNNING, RESTARTING -> AllocationReport.Stage.RUNNING;
                case STOPPING, RELEASING -> AllocationReport.Stage.STOPPING;
                case ENDED -> AllocationReport.Stage.ENDED;
            };
        }
    }

    /** What a runner is given by its node. */
    public record Parts(
            List<AllocationHook> hooks,
            TaskParts tasks,
            Observers observers,
            Kept.Shelf shelf,
            Consumer<AllocationRunner> changed) {}

    /** What the node has for tasks: drivers, what they need, the ordered hooks, and how long ending may take at most. */
    public record TaskParts(Drivers drivers, Contexts contexts, List<TaskHook> hooks, Duration maxKillTimeout) {}

    /** Finds drivers by name. */
    @FunctionalInterface
    public interface Drivers {
        Optional<Driver> named(String name);
    }

    /** Makes what a driver needs to start a task; {@code prepared} is what the task's hooks add. May block. */
    @FunctionalInterface
    public interface Contexts {
        TaskContext of(Surroundings surroundings, Task task, SortedMap<String, String> prepared) throws DriverException;
    }

    /** Is told when an allocation's tasks begin and stop to run, on the loop: checks, mesh. */
    public interface Observers {
        void running(AllocationRunner runner);

        /** It goes on with another version of its job, without its tasks being touched. */
        void updated(AllocationRunner runner);

        void stopping(AllocationRunner runner);
    }

    private AllocationRunner(
            Loop loop,
            Parts parts,
            Allocation allocation,
            JobSpec job,
            JobOrigin origin,
            AllocationTasks.Before before,
            Map<String, CheckStatus> checks) {
        this.loop = loop;
        this.parts = parts;
        this.allocation = allocation;
        this.job = job;
        this.surroundings = new Surroundings(allocation, job, origin);
        this.steps = new AllocationSteps(parts.hooks(), surroundings);
        this.report = new AllocationReport(checks);
        this.runLimit = new RunLimit(loop, this::overrun);
        this.health = new Health(loop, allocation, job, surroundings.group(), this::changed);
        this.tasks = new AllocationTasks(loop, parts.tasks(), surroundings, before, this::changed);
        this.setupFailure = tasks.missingDriver();
        surroundings.listenedBy((event, message) -> loop.execute(() -> tasks.tell(event, message)));
    }

    /** A new allocation; it does nothing until {@link #begin}. */
    public static AllocationRunner fresh(Loop loop, Parts parts, Message.Assignment assigned) {
        var runner = new AllocationRunner(
                loop,
                parts,
                assigned.allocation(),
                assigned.job(),
                assigned.origin(),
                AllocationTasks.Before.NOTHING,
                Map.of());
        runner.tasks.all().forEach(TaskRunner::received);
        return runner;
    }

    /** An allocation that an earlier agent ran. */
    public static AllocationRunner adopted(Loop loop, Parts parts, Kept kept) {
        var before = new AllocationTasks.Before(kept.state().taskStates(), kept.tasks());
        var runner = new AllocationRunner(
                loop,
                parts,
                kept.allocation(),
                kept.job(),
                kept.origin(),
                before,
                kept.state().checks());
        runner.stoppingSince = kept.progress().stoppingSince();
        if (runner.stoppingSince.equals(Instant.EPOCH) && kept.allocation().desiredStatus() != DesiredStatus.RUN) {
            // the agent ended between taking the servers' wish down and following it
            runner.stoppingSince = loop.now();
        }
        runner.stopWanted = runner.stoppingSince.isAfter(Instant.EPOCH);
        runner.abandoned = kept.progress().abandoned();
        runner.runLimit.goOn(kept.progress().begun(), kept.progress().overrun());
        runner.withoutDelay = kept.allocation().desiredTransition().noShutdownDelay();
        if (kept.isDestroyed()) {
            runner.phase = Phase.ENDED;
        } else if (!kept.progress().prepared()) {
            runner.beginAgain();
        } else {
            runner.prepared = true;
            runner.adopt(kept.progress().restarting());
        }
        runner.limit();
        return runner;
    }

    public AllocationId id() {
        return allocation.id();
    }

    public Allocation allocation() {
        return allocation;
    }

    public Surroundings surroundings() {
        return surroundings;
    }

    /** True when nothing of it runs or is held any more. */
    public boolean isEnded() {
        return phase == Phase.ENDED;
    }

    /** True once its end is wanted or has come. */
    public boolean isStopping() {
        return stopWanted || phase.compareTo(Phase.STOPPING) >= 0;
    }

    /** True from when its hooks are prepared until they are released. */
    public boolean hasSurroundings() {
        return phase == Phase.RUNNING || phase == Phase.RESTARTING || phase == Phase.STOPPING;
    }

    /** True until it has begun. */
    public boolean isWaiting() {
        return phase == Phase.WAITING;
    }

    /** True until its tasks may begin: it may still need what the allocation before it left. */
    public boolean isBeginning() {
        return phase == Phase.WAITING || phase == Phase.PREPARING;
    }

    private interface Blocking {
        void run() throws AllocationHook.HookException;
    }

    private void offload(String name, Blocking work, Consumer<Optional<Exception>> then) {
        Callable<Boolean> call = () -> {
            work.run();
            return true;
        };
        loop.<Boolean>offload(name + "-" + allocation.id(), call, outcome -> {
            switch (outcome) {
                case Loop.Outcome.Done<Boolean> done -> then.accept(Optional.empty());
                case Loop.Outcome.Failed<Boolean> failed -> then.accept(Optional.of(failed.reason()));
            }
        });
    }

    /** Begins: to be called when nothing it has to wait for is left on this node. */
    public void begin() {
        if (phase != Phase.WAITING || stopWanted) {
            return;
        }
        phase = Phase.PREPARING;
        runLimit.begin();
        limit();
        keep();
        offload(
                "prepare",
                steps::prepare,
                failure -> failure.ifPresentOrElse(
                        reason -> setupFailed(String.valueOf(reason.getMessage())), this::prepared));
    }

    /** The agent before ended while it prepared the hooks: what it made is undone, since it may be half of something. */
    private void beginAgain() {
        phase = Phase.PREPARING;
        offload("undo", steps::release, failure -> {
            if (failure.isPresent()) {
                setupFailed(String.valueOf(failure.get().getMessage()));
            } else if (stopWanted) {
                prepared();
            } else {
                phase = Phase.WAITING;
                begin();
            }
        });
    }

    private void setupFailed(String reason) {
        String message = "failed to setup alloc: " + reason;
        setupFailure = Optional.of(message);
        tasks.all().stream().filter(task -> !task.isDead()).forEach(task -> task.fail("Setup Failure", message));
        release();
    }

    private void prepared() {
        if (stopWanted) {
            tasks.stopAll();
            release();
        } else if (setupFailure.isPresent()) {
            setupFailed(setupFailure.get());
        } else {
            phase = Phase.RUNNING;
            prepared = true;
            keep();
            parts.observers().running(this);
            advance();
        }
    }

    private void adopt(boolean restarting) {
        phase = Phase.PREPARING;
        offload("adopt", steps::adopt, failure -> {
            if (failure.isPresent()) {
                prepareAgain(failure.get());
                return;
            }
            phase = restarting ? Phase.RESTARTING : Phase.RUNNING;
            parts.observers().running(this);
            tasks.adopt();
            if (stopWanted) {
                beginStop();
            }
            changed();
        });
    }

    /** What an earlier agent prepared is gone, as after a reboot: it is made anew and the tasks start again. */
    private void prepareAgain(Exception reason) {
        if (tasks.areDead()) {
            // It had ended and was being released.
            release();
            return;
        }
        tasks.reviveHelpers();
        var left = new ArrayList<Runnable>();
        for (TaskRunner task : tasks.all()) {
            task.history()
                    .event("Failed Restoring Task", "surroundings are gone: " + reason.getMessage() + "; made anew");
            task.handle().ifPresent(handle -> left.add(() -> endLeft(task.driver(), handle)));
            task.surroundingsGone();
        }
        phase = Phase.PREPARING;
        // A reboot has ended everything; what else makes surroundings go has not, and nothing may run twice.
        offload("end", () -> left.forEach(Runnable::run), ended -> {
            if (stopWanted) {
                prepared();
            } else {
                phase = Phase.WAITING;
                begin();
            }
        });
    }

    private void endLeft(Driver driver, DriverHandle handle) {
        try {
            driver.destroy(handle);
        } catch (DriverException failed) {
            LOG.log(
                    Level.WARNING,
                    "what is left of a task cannot be removed allocation=" + id() + " reason=" + failed.getMessage());
        }
    }

    /** Takes over what the servers want of it now. */
    public void assigned(Allocation newAllocation, JobSpec newJob) {
        boolean newVersion = newAllocation.jobVersion() != allocation.jobVersion();
        allocation = newAllocation.reported(state());
        job = newJob;
        if (newVersion) {
            goOnWithNewVersion();
        }
        if (health.isOfOther(allocation)) {
            health.judge(allocation.deploymentId(), job, surroundings.group());
            changed();
        }
        keep();
        if (newAllocation.desiredStatus() != DesiredStatus.RUN) {
            if (newAllocation.desiredTransition().noShutdownDelay()) {
                stopNow();
            } else {
                stop();
            }
        }
    }

    private void goOnWithNewVersion() {
        surroundings.goOnWith(job);
        health.expect(surroundings.group());
        tasks.goOnWith(surroundings);
        limit();
        if (phase == Phase.RUNNING) {
            parts.observers().updated(this);
        }
    }

    /** Ends it, after its shutdown delays. Idempotent. */
    public void stop() {
        if (stopWanted || phase == Phase.RELEASING || phase == Phase.ENDED) {
            return;
        }
        stopWanted = true;
        surroundings.unwanted();
        stoppingSince = loop.now();
        switch (phase) {
            case WAITING -> {
                tasks.stopAll();
                phase = Phase.ENDED;
            }
            case RUNNING, RESTARTING -> beginStop();
            case PREPARING, STOPPING, RELEASING, ENDED -> {}
        }
        changed();
    }

    /** Ends it without waiting for shutdown delays. Idempotent. */
    public void stopNow() {
        withoutDelay = true;
        stop();
        changed();
    }

    /** Ends it although nobody asked for that: another may take its place, for all its node knows. Idempotent. */
    public void abandon(String why) {
        if (!isStopping()) {
            abandoned = why;
            tasks.tell("Killing", why);
            stop();
        }
    }

    private void limit() {
        runLimit.expect(isStopping() ? Optional.empty() : surroundings.group().maxRunDuration());
    }

    private void overrun() {
        if (!isStopping()) {
            runLimit.overrun();
            tasks.all().stream()
                    .filter(task -> !task.isDead())
                    .forEach(task -> task.history().event("Killing", AllocationReport.OVERRUN));
            stop();
        }
    }

    private void beginStop() {
        runLimit.cancel();
        phase = Phase.STOPPING;
        parts.observers().stopping(this);
        var delay = surroundings.group().shutdownDelay();
        var left = Duration.between(loop.now(), stoppingSince.plus(delay));
        if (stopWanted && !withoutDelay && left.isPositive() && !tasks.areDead()) {
            tasks.tell("Waiting for shutdown delay", "Waiting for the group's shutdown_delay before killing the task.");
            shutdownDelay = Optional.of(loop.after(left, () -> {
                shutdownDelay = Optional.empty();
                changed();
            }));
        }
    }

    /** Does what the tasks' states call for. */
    private void advance() {
        if (phase == Phase.RUNNING) {
            var ending = tasks.ending();
            if (ending.isEmpty()) {
                tasks.startReady();
            } else {
                tasks.tell(ending.get());
                beginStop();
            }
        }
        if (phase == Phase.RESTARTING && !tasks.stopNext(true)) {
            tasks.revive();
            phase = Phase.RUNNING;
            tasks.startReady();
        }
        if (phase == Phase.STOPPING && !isDelayed() && !tasks.stopNext(withoutDelay)) {
            if (runLimit.isOverrun()) {
                // what would run after the others has no time left
                tasks.stopAll();
            } else {
                tasks.startPoststop();
            }
            if (tasks.areDead()) {
                release();
            }
        }
    }

    private boolean isDelayed() {
        if (withoutDelay) {
            shutdownDelay.ifPresent(Loop.Timer::cancel);
            shutdownDelay = Optional.empty();
        }
        return shutdownDelay.isPresent();
    }

    private void release() {
        if (phase == Phase.RELEASING || phase == Phase.ENDED) {
            return;
        }
        phase = Phase.RELEASING;
        changed();
        offload("release", steps::release, failure -> {
            failure.ifPresent(reason -> LOG.log(
                    Level.WARNING,
                    "cleaning up failed allocation=" + allocation.id() + " reason=" + reason.getMessage()));
            phase = Phase.ENDED;
            changed();
        });
    }

    /** Removes what was left for people to read. Only after the end. Blocking, so it runs away from the loop. */
    public void forget() {
        forgotten = true;
        parts.shelf().remove(allocation.id());
        offload("forget", steps::forget, failure -> {});
    }

    /** Restarts one task that runs; answers why it cannot. For checks, see {@link TaskControl.Restart#unhealthy}. */
    public Optional<String> restartTask(String task, TaskControl.Restart why) {
        return whileRunning(() -> tasks.restart(task, why));
    }

    /** Restarts all tasks that run, each by itself; answers why it cannot. */
    public Optional<String> restartRunning(String why) {
        return whileRunning(() -> tasks.restartRunning(why));
    }

    /** Ends all tasks and runs all of them another time in their order, also those that had ended. */
    public Optional<String> restartAll(String why) {
        return whileRunning(() -> {
            phase = Phase.RESTARTING;
            tasks.tell("Restart Signaled", why);
            changed();
            return Optional.empty();
        });
    }

    /** Signals one task, or all that run; answers why it cannot. */
    public Optional<String> signal(Optional<String> task, String signal, String why) {
        return whileRunning(() -> tasks.signal(task, signal, why));
    }

    private Optional<String> whileRunning(java.util.function.Supplier<Optional<String>> action) {
        return phase == Phase.RUNNING
                ? action.get()
                : Optional.of("allocation " + allocation.id() + " is "
                        + (isStopping() ? "stopping or has ended" : "not running yet"));
    }

    /** A task that runs now, for questions to its driver. */
    public record RunningTask(Driver driver, DriverHandle handle) {
        /** What it uses; empty when it ended meanwhile. Blocking. */
        public Optional<TaskUsage> usage() {
            try {
                return Optional.of(driver.usage(handle));
            } catch (DriverException ended) {
                return Optional.empty();
            }
        }
    }

    /** The tasks that run now, by name. */
    public SortedMap<String, RunningTask> running() {
        return tasks.running();
    }

    /** The checks there are now; results of others are forgotten. */
    public void checksAre(Set<String> keys) {
        if (report.checksAre(keys)) {
            changed();
        }
    }

    /** A check's latest result. */
    public void checked(String key, CheckStatus status) {
        if (report.checked(key, status)) {
            changed();
        }
    }

    /** The state of the mesh's proxy for one of its services, shown as a task of its own. */
    public void proxy(String service, TaskState state) {
        if (report.proxy(service, state)) {
            changed();
        }
    }

    /** What the mesh refused this allocation. */
    public void refused(List<MeshRefusal> latest) {
        if (report.refused(latest)) {
            changed();
        }
    }

    /** All that one action of the loop changes is followed up, written down and told once. */
    private void changed() {
        if (!changeDue) {
            changeDue = true;
            loop.execute(this::settle);
        }
    }

    private void settle() {
        changeDue = false;
        if (forgotten) {
            return;
        }
        advance();
        health.look(AllocationReport.status(now()), tasks.areUp(), report.checks());
        keep();
        parts.changed().accept(this);
    }

    private void keep() {
        var progress = new Kept.Progress(
                prepared,
                phase == Phase.RESTARTING,
                stoppingSince,
                phase == Phase.ENDED,
                abandoned,
                runLimit.begun(),
                runLimit.isOverrun());
        parts.shelf().put(new Kept(allocation, job, surroundings.origin(), state(), tasks.kept(), progress));
    }

    /** What the node reports of it now. */
    public ClientState state() {
        return report.state(now());
    }

    private AllocationReport.Now now() {
        return new AllocationReport.Now(
                phase.stage(),
                Collections.unmodifiableSortedMap(tasks.states()),
                setupFailure,
                abandoned,
                runLimit.isOverrun(),
                health,
                surroundings.networkStatus(),
                loop.now());
    }
}
