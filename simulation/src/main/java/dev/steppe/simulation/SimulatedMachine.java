package dev.steppe.simulation;

import dev.steppe.client.allocation.AllocationHook;
import dev.steppe.client.allocation.Kept;
import dev.steppe.client.allocation.Surroundings;
import dev.steppe.client.allocation.TaskHook;
import dev.steppe.client.allocation.TaskSite;
import dev.steppe.client.driver.Driver;
import dev.steppe.client.driver.DriverException;
import dev.steppe.client.driver.DriverFingerprint;
import dev.steppe.client.driver.DriverHandle;
import dev.steppe.client.driver.ExitResult;
import dev.steppe.client.driver.TaskContext;
import dev.steppe.client.driver.TaskDirectories;
import dev.steppe.client.driver.TaskUsage;
import dev.steppe.model.AllocationId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The hardware of a node: processes, surroundings of allocations (as namespaces are) and a disk that outlive the agent; a
 * reboot leaves only the disk. A task's config says how it behaves: {@code
 * run_seconds} is how long it runs before it ends by itself, with {@code exit_code}; without it, it runs on.
 */
final class SimulatedMachine implements Driver, Kept.Shelf, AllocationHook {
    private static final int START_FAILS_PER_MILLE = 20;
    private static final int PREPARE_FAILS_PER_MILLE = 20;
    private static final Duration EXIT_SEEN_AFTER = Duration.ofMillis(2);

    private final VirtualTime time;
    private final String name;
    private final SplittableRandom random;
    private final TreeMap<String, Process> processes = new TreeMap<>();
    private final TreeMap<AllocationId, Kept> disk = new TreeMap<>();
    private final TreeSet<AllocationId> prepared = new TreeSet<>();
    private final TreeSet<String> equipped = new TreeSet<>();
    private long lastPid;
    private long changes;
    private boolean moody = true;

    /** A process that runs, or whose end nobody has cleaned up yet. */
    static final class Process {
        private final AllocationId allocation;
        private final String task;
        private final List<Consumer<ExitResult>> watchers = new ArrayList<>();
        private Optional<ExitResult> exit = Optional.empty();

        Process(AllocationId allocation, String task) {
            this.allocation = allocation;
            this.task = task;
        }

        AllocationId allocation() {
            return allocation;
        }

        String task() {
            return task;
        }

        boolean runs() {
            return exit.isEmpty();
        }
    }

    SimulatedMachine(VirtualTime time, String name) {
        this.time = time;
        this.name = name;
        this.random = time.split();
    }

    /** From now on nothing fails by itself. */
    void behave() {
        moody = false;
    }

    /** The allocations that have surroundings here. */
    Set<AllocationId> prepared() {
        return prepared;
    }

    /** Grows whenever a process begins, ends or is forgotten. */
    long changes() {
        return changes;
    }

    List<Process> running() {
        return processes.values().stream().filter(Process::runs).toList();
    }

    /** Kills one running process, if there is any. */
    void killSomething() {
        var running = running();
        if (!running.isEmpty()) {
            end(running.get(random.nextInt(running.size())), 137, 9);
        }
    }

    /** All processes are gone without a trace; the disk stays. */
    void reboot() {
        processes.clear();
        changes++;
        prepared.clear();
        equipped.clear();
    }

    private void end(Process process, int code, int signal) {
        if (!process.runs()) {
            return;
        }
        var exit = new ExitResult(code, signal, false, Optional.empty(), time.now());
        process.exit = Optional.of(exit);
        changes++;
        process.watchers.forEach(watcher -> tell(watcher, exit));
    }

    private void tell(Consumer<ExitResult> watcher, ExitResult exit) {
        time.after(EXIT_SEEN_AFTER, "exit on " + name, () -> watcher.accept(exit));
    }

    @Override
    public String name() {
        return "simulated";
    }

    @Override
    public DriverFingerprint fingerprint() {
        return DriverFingerprint.healthy(Collections.emptySortedMap());
    }

    @Override
    public List<String> validate(SortedMap<String, Object> config) {
        return List.of();
    }

    @Override
    public DriverHandle start(TaskContext task) throws DriverException {
        if (moody && random.nextInt(1000) < START_FAILS_PER_MILLE) {
            throw DriverException.failed("the machine has a bad moment");
        }
        // Left by a start whose agent died before it could note the handle.
        processes
                .values()
                .removeIf(left -> left.allocation.equals(task.allocation()) && left.task.equals(task.taskName()));
        var pid = name + "-" + ++lastPid;
        var process = new Process(task.allocation(), task.taskName());
        processes.put(pid, process);
        changes++;
        int seconds = number(task, "run_seconds", 0);
        if (seconds > 0) {
            int code = number(task, "exit_code", 0);
            time.at(
                    time.nowNanos() + Duration.ofSeconds(seconds).toNanos() + random.nextInt(1_000_000),
                    "task ends on " + name,
                    () -> processes.get(pid) == process,
                    () -> end(process, code, 0));
        }
        return handle(pid);
    }

    private static int number(TaskContext task, String key, int otherwise) {
        return task.config().get(key) instanceof Number number ? number.intValue() : otherwise;
    }

    private Optional<Process> find(DriverHandle handle) {
        return Optional.ofNullable(processes.get(handle.values().get("pid")));
    }

    @Override
    public void recover(DriverHandle handle) throws DriverException {
        if (find(handle).isEmpty()) {
            throw DriverException.refused("no process " + handle.values().get("pid"));
        }
    }

    @Override
    public Optional<DriverHandle> find(TaskDirectories directories) {
        return processes.entrySet().stream()
                .filter(entry -> directories.equals(directories(entry.getValue().allocation, entry.getValue().task)))
                .map(entry -> handle(entry.getKey()))
                .findFirst();
    }

    private static DriverHandle handle(String pid) {
        return new DriverHandle("simulated", new TreeMap<>(Map.of("pid", pid)));
    }

    private static TaskDirectories directories(AllocationId allocation, String task) {
        var path = Path.of("/simulated", allocation.value(), task);
        return new TaskDirectories(path, path, path, path, path, path, path, path);
    }

    @Override
    public void prepare(Surroundings surroundings) throws HookException {
        prepared.add(surroundings.allocation().id());
        if (moody && random.nextInt(1000) < PREPARE_FAILS_PER_MILLE) {
            throw new HookException("the machine has a bad moment");
        }
        provide(surroundings);
    }

    @Override
    public void adopt(Surroundings surroundings) throws HookException {
        if (!prepared.contains(surroundings.allocation().id())) {
            throw new HookException("the machine was started again");
        }
        provide(surroundings);
    }

    private static void provide(Surroundings surroundings) {
        var allocation = surroundings.allocation().id();
        for (var task : surroundings.group().tasks()) {
            surroundings.directories(task.name(), directories(allocation, task.name()));
        }
    }

    @Override
    public void release(Surroundings surroundings) {
        prepared.remove(surroundings.allocation().id());
    }

    /** What its tasks need before they start: sometimes it fails, and it must not be left behind. */
    TaskHook taskHook() {
        return new Equipment();
    }

    /** The tasks, as allocation and name, that hold something of the machine. */
    Set<String> equipped() {
        return equipped;
    }

    private final class Equipment implements TaskHook {
        @Override
        public String name() {
            return "equipment";
        }

        @Override
        public Prepared prepare(TaskSite site) throws Failure {
            equipped.add(key(site));
            if (moody && random.nextInt(1000) < PREPARE_FAILS_PER_MILLE) {
                throw new Failure("Task hook failed", "the machine has a bad moment", true);
            }
            return Prepared.eachTime();
        }

        @Override
        public void release(TaskSite site) {
            equipped.remove(key(site));
        }

        private static String key(TaskSite site) {
            return site.surroundings().allocation().id() + "/" + site.task().name();
        }
    }

    @Override
    public void watch(DriverHandle handle, Consumer<ExitResult> then) {
        find(handle).ifPresent(process -> {
            process.watchers.add(then);
            process.exit.ifPresent(exit -> tell(then, exit));
        });
    }

    @Override
    public void stop(DriverHandle handle, String signal, Duration killTimeout) {
        find(handle).ifPresent(process -> end(process, 0, 2));
    }

    @Override
    public void signal(DriverHandle handle, String signal) {
        // its processes ignore signals
    }

    @Override
    public TaskUsage usage(DriverHandle handle) {
        return new TaskUsage(Duration.ZERO, 0, 0, 1);
    }

    @Override
    public void destroy(DriverHandle handle) {
        find(handle).ifPresent(process -> end(process, 137, 9));
        processes.remove(handle.values().get("pid"));
    }

    @Override
    public void put(Kept kept) {
        disk.put(kept.id(), kept);
    }

    @Override
    public void remove(AllocationId id) {
        disk.remove(id);
    }

    @Override
    public List<Kept> all() {
        return List.copyOf(disk.values());
    }
}
