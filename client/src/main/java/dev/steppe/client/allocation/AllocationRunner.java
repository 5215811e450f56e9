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
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DeploymentHealth;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.JobSpec;
import dev.steppe.model.MeshRefusal;
import dev.steppe.model.RestartPolicy;
import dev.steppe.model.Task;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.TaskState;
import dev.steppe.model.TaskStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * One allocation on this node, from its assignment to its end: hooks, then tasks, then hooks in reverse. Owned by the
 * client's loop. Phases: waiting (for predecessors) → preparing → running → stopping → releasing → ended.
 */
public final class AllocationRunner {
    private final Loop loop;
    private final Surroundings surroundings;
    private final Parts parts;
    private final Map<String, TaskRunner> tasks = new LinkedHashMap<>();
    private final TreeMap<String, CheckStatus> checks = new TreeMap<>();
    private final TreeMap<String, TaskState> proxies = new TreeMap<>();
    private final Health health;
    private List<MeshRefusal> refusals = List.of();
    private Allocation allocation;
    private JobSpec job;
    private Phase phase = Phase.WAITING;
    private boolean stopWanted;
    private boolean changeDue;
    private boolean forgotten;
    private Optional<String> setupFailure = Optional.empty();

    private enum Phase {
        WAITING,
        PREPARING,
        RUNNING,
        STOPPING,
        RELEASING,
        ENDED
    }

    /** What a runner is given by its node. */
    public record Parts(
            List<AllocationHook> hooks,
            Drivers drivers,
            Contexts contexts,
            Observers observers,
            Kept.Shelf shelf,
            Consumer<AllocationRunner> changed) {}

    /** Finds drivers by name. */
    @FunctionalInterface
    public interface Drivers {
        Optional<Driver> named(String name);
    }

    /** Makes what a driver needs to start a task. May block. */
    @FunctionalInterface
    public interface Contexts {
        TaskContext of(Surroundings surroundings, Task task) throws DriverException;
    }

    /** Is told when an allocation's tasks begin and stop to run, on the loop: checks, mesh. */
    public interface Observers {
        void running(AllocationRunner runner);

        void stopping(AllocationRunner runner);
    }

    private AllocationRunner(Loop loop, Parts parts, Allocation allocation, JobSpec job) {
        this.loop = loop;
        this.parts = parts;
        this.allocation = allocation;
        this.job = job;
        this.surroundings = new Surroundings(allocation, job);
        this.health = new Health(loop, job, surroundings.group(), this::changed);
    }

    /** A new allocation; it does nothing until {@link #begin}. */
    public static AllocationRunner fresh(Loop loop, Parts parts, Allocation allocation, JobSpec job) {
        var runner = new AllocationRunner(loop, parts, allocation, job);
        runner.makeTasks(Map.of(), Map.of());
        runner.tasks.values().forEach(TaskRunner::received);
        return runner;
    }

    /** An allocation that an earlier agent ran. */
    public static AllocationRunner adopted(Loop loop, Parts parts, Kept kept) {
        var runner = new AllocationRunner(loop, parts, kept.allocation(), kept.job());
        runner.makeTasks(kept.state().taskStates(), kept.handles());
        runner.checks.putAll(kept.state().checks());
        if (kept.destroyed()) {
            runner.phase = Phase.ENDED;
        } else {
            runner.adopt();
        }
        return runner;
    }

    private void makeTasks(Map<String, TaskState> states, Map<String, DriverHandle> handles) {
        TaskGroup group = surroundings.group();
        var policy = group.restartPolicy().orElseGet(() -> RestartPolicy.defaultOf(job.type()));
        for (Task task : group.tasks()) {
            var driver = parts.drivers().named(task.driver());
            if (driver.isEmpty()) {
                setupFailure = Optional.of("driver \"" + task.driver() + "\" is not available on this node");
                continue;
            }
            var state = states.getOrDefault(task.name(), TaskState.fresh());
            var restarts = new RestartTracker(
                    task.restartPolicy().orElse(policy), job.type().ends());
            tasks.put(
                    task.name(),
                    new TaskRunner(
                            loop,
                            driver.get(),
                            task,
                            restarts,
                            () -> parts.contexts().of(surroundings, task),
                            state,
                            Optional.ofNullable(handles.get(task.name())),
                            this::taskChanged));
        }
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
        return phase == Phase.RUNNING || phase == Phase.STOPPING;
    }

    /** True until it has begun. */
    public boolean isWaiting() {
        return phase == Phase.WAITING;
    }

    /** Begins: to be called when nothing it has to wait for is left on this node. */
    public void begin() {
        if (phase != Phase.WAITING || stopWanted) {
            return;
        }
        phase = Phase.PREPARING;
        keep();
        loop.<Boolean>offload(
                "prepare-" + allocation.id(),
                () -> {
                    for (AllocationHook hook : parts.hooks()) {
                        hook.prepare(surroundings);
                    }
                    return true;
                },
                outcome -> {
                    switch (outcome) {
                        case Loop.Outcome.Done<Boolean> done -> prepared();
                        case Loop.Outcome.Failed<Boolean> failed -> setupFailed("Setup Failure", failed.reason());
                    }
                });
    }

    private void setupFailed(String type, Exception reason) {
        String message = "failed to setup alloc: " + reason.getMessage();
        setupFailure = Optional.of(message);
        tasks.values().stream().filter(task -> !task.isDead()).forEach(task -> task.fail(type, message));
        release();
    }

    private void prepared() {
        if (stopWanted) {
            tasks.values().forEach(TaskRunner::stop);
            release();
            return;
        }
        if (setupFailure.isPresent()) {
            setupFailed("Setup Failure", new IllegalStateException(setupFailure.get()));
            return;
        }
        phase = Phase.RUNNING;
        parts.observers().running(this);
        tasks.values().forEach(TaskRunner::start);
    }

    private void adopt() {
        phase = Phase.PREPARING;
        loop.<Boolean>offload(
                "adopt-" + allocation.id(),
                () -> {
                    for (AllocationHook hook : parts.hooks()) {
                        hook.adopt(surroundings);
                    }
                    return true;
                },
                outcome -> {
                    switch (outcome) {
                        case Loop.Outcome.Done<Boolean> done -> {
                            phase = Phase.RUNNING;
                            parts.observers().running(this);
                            tasks.forEach((name, task) -> task.adopt(surroundings.directories(name)));
                            if (stopWanted) {
                                beginStop();
                            } else {
                                taskChanged();
                            }
                        }
                        case Loop.Outcome.Failed<Boolean> gone -> prepareAgain(gone.reason());
                    }
                });
    }

    /** What an earlier agent prepared is gone, as after a reboot: it is made anew and the tasks start again. */
    private void prepareAgain(Exception reason) {
        if (tasks.values().stream().allMatch(TaskRunner::isDead)) {
            // It had ended and was being released.
            release();
            return;
        }
        tasks.values()
                .forEach(task -> task.event(
                        "Failed Restoring Task",
                        "surroundings are gone: " + reason.getMessage() + "; made anew",
                        Map.of()));
        phase = Phase.WAITING;
        if (stopWanted) {
            phase = Phase.PREPARING;
            prepared();
        } else {
            begin();
        }
    }

    /** Takes over what the servers want of it now. */
    public void assigned(Allocation newAllocation, JobSpec newJob) {
        allocation = newAllocation.reported(state());
        job = newJob;
        keep();
        if (newAllocation.desiredStatus() != DesiredStatus.RUN) {
            stop();
        }
    }

    /** Ends it. Idempotent. */
    public void stop() {
        if (stopWanted || phase == Phase.RELEASING || phase == Phase.ENDED) {
            return;
        }
        stopWanted = true;
        switch (phase) {
            case WAITING -> {
                tasks.values().forEach(TaskRunner::stop);
                phase = Phase.ENDED;
                changed();
            }
            case RUNNING -> beginStop();
            case PREPARING, STOPPING, RELEASING, ENDED -> changed();
        }
    }

    private void beginStop() {
        phase = Phase.STOPPING;
        parts.observers().stopping(this);
        tasks.values().forEach(TaskRunner::stop);
        taskChanged();
    }

    private void taskChanged() {
        if (phase == Phase.RUNNING) {
            boolean failed = tasks.values().stream()
                    .anyMatch(task -> task.isDead() && task.state().failed());
            boolean allDead = tasks.values().stream().allMatch(TaskRunner::isDead);
            if (failed && !allDead) {
                phase = Phase.STOPPING;
                parts.observers().stopping(this);
                for (TaskRunner task : tasks.values()) {
                    if (!task.isDead()) {
                        task.event("Sibling Task Failed", "Task's sibling failed", Map.of());
                        task.stop();
                    }
                }
            } else if (allDead) {
                parts.observers().stopping(this);
                release();
                return;
            }
        }
        if (phase == Phase.STOPPING && tasks.values().stream().allMatch(TaskRunner::isDead)) {
            release();
            return;
        }
        changed();
    }

    private void release() {
        if (phase == Phase.RELEASING || phase == Phase.ENDED) {
            return;
        }
        phase = Phase.RELEASING;
        changed();
        loop.<Boolean>offload(
                "release-" + allocation.id(),
                () -> {
                    releaseAll();
                    return true;
                },
                outcome -> {
                    if (outcome instanceof Loop.Outcome.Failed<Boolean> failed) {
                        System.getLogger(AllocationRunner.class.getName())
                                .log(
                                        System.Logger.Level.WARNING,
                                        "cleaning up failed allocation=" + allocation.id() + " reason="
                                                + failed.reason().getMessage());
                    }
                    phase = Phase.ENDED;
                    changed();
                });
    }

    /** Every hook gets its turn, whatever happens to those before. */
    private void releaseAll() throws AllocationHook.HookException {
        Optional<AllocationHook.HookException> first = Optional.empty();
        for (AllocationHook hook : parts.hooks().reversed()) {
            try {
                hook.release(surroundings);
            } catch (AllocationHook.HookException failed) {
                first = first.or(() -> Optional.of(failed));
            }
        }
        if (first.isPresent()) {
            throw first.get();
        }
    }

    /** Removes what was left for people to read. Only after the end. Blocking, so it runs away from the loop. */
    public void forget() {
        forgotten = true;
        parts.shelf().remove(allocation.id());
        loop.<Boolean>offload(
                "forget-" + allocation.id(),
                () -> {
                    for (AllocationHook hook : parts.hooks().reversed()) {
                        hook.forget(surroundings);
                    }
                    return true;
                },
                outcome -> {});
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
        var found = new TreeMap<String, RunningTask>();
        tasks.forEach((name, task) ->
                task.handle().ifPresent(handle -> found.put(name, new RunningTask(task.driver(), handle))));
        return found;
    }

    /** A check's latest result. */
    public void checked(String key, CheckStatus status) {
        var before = checks.put(key, status);
        if (before == null
                || !before.status().equals(status.status())
                || !before.output().equals(status.output())) {
            changed();
        }
    }

    /** The state of the mesh's proxy for one of its services, shown as a task of its own. */
    public void proxy(String service, TaskState state) {
        var name = "connect-proxy-" + service;
        if (!state.equals(proxies.put(name, state))) {
            changed();
        }
    }

    /** What the mesh refused this allocation. */
    public void refused(List<MeshRefusal> latest) {
        if (!latest.equals(refusals)) {
            refusals = latest;
            changed();
        }
    }

    /** All that one action of the loop changes is written down and told once. */
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
        health.look(status(), tasks.values().stream().map(TaskRunner::state).toList(), checks.values());
        keep();
        parts.changed().accept(this);
    }

    private void keep() {
        var handles = new TreeMap<String, DriverHandle>();
        tasks.forEach((name, task) -> task.handle().ifPresent(handle -> handles.put(name, handle)));
        parts.shelf().put(new Kept(allocation, job, state(), handles, phase == Phase.ENDED));
    }

    /** What the node reports of it now. */
    public ClientState state() {
        var states = new TreeMap<String, TaskState>();
        tasks.forEach((name, task) -> states.put(name, task.state()));
        proxies.forEach((name, state) -> states.put(name, phase.compareTo(Phase.STOPPING) >= 0 ? ended(state) : state));
        var status = status();
        return new ClientState(
                status,
                describe(status),
                Collections.unmodifiableSortedMap(states),
                health.verdict().map(healthy -> new DeploymentHealth(Optional.of(healthy), health.at(), false)),
                surroundings.networkStatus(),
                Collections.unmodifiableSortedMap(new TreeMap<>(checks)),
                refusals);
    }

    private TaskState ended(TaskState proxy) {
        return new TaskState(
                TaskStatus.DEAD,
                false,
                proxy.restarts(),
                proxy.lastRestart(),
                proxy.startedAt(),
                proxy.finishedAt().equals(Instant.EPOCH) ? loop.now() : proxy.finishedAt(),
                proxy.events());
    }

    /** An allocation is only over when what it held is given back. */
    private ClientStatus status() {
        var states = new ArrayList<TaskState>();
        tasks.values().forEach(task -> states.add(task.state()));
        boolean failed = setupFailure.isPresent()
                || states.stream().anyMatch(state -> state.status() == TaskStatus.DEAD && state.failed());
        if (phase == Phase.ENDED) {
            return failed ? ClientStatus.FAILED : ClientStatus.COMPLETE;
        }
        boolean running = states.stream().anyMatch(state -> state.status() == TaskStatus.RUNNING);
        boolean begun = states.stream().anyMatch(state -> state.restarts() > 0);
        return running || begun || phase.compareTo(Phase.STOPPING) >= 0 ? ClientStatus.RUNNING : ClientStatus.PENDING;
    }

    private String describe(ClientStatus status) {
        return switch (status) {
            case PENDING -> "No tasks have started";
            case RUNNING -> phase == Phase.RUNNING ? "Tasks are running" : "Tasks are stopping";
            case COMPLETE -> "All tasks have completed";
            case FAILED -> setupFailure.orElse("Failed tasks");
            case LOST, UNKNOWN -> "";
        };
    }
}
