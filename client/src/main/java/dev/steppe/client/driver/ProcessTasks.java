package dev.steppe.client.driver;

import dev.steppe.io.linux.Account;
import dev.steppe.io.linux.Capability;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.io.linux.NamespaceThread.Bind;
import dev.steppe.io.linux.Signal;
import dev.steppe.io.process.Cgroups;
import dev.steppe.io.process.CommandSession;
import dev.steppe.io.process.Isolation;
import dev.steppe.io.process.LaunchRequest;
import dev.steppe.io.process.TaskCgroup;
import dev.steppe.io.process.TaskExit;
import dev.steppe.io.process.TaskLauncher;
import dev.steppe.io.process.TaskProcess;
import dev.steppe.model.specification.ConfigKeys;
import dev.steppe.model.specification.DriverKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What every driver shares whose tasks are processes of this machine: confinement, launch, adoption, end. Owns the
 * launcher; close it when the agent stops (tasks keep running, and control groups that nobody is in are removed).
 */
public final class ProcessTasks implements AutoCloseable {
    private static final long PIDS_MAX = 32_768;
    private static final long MEGABYTE = 1 << 20;

    private final TaskLauncher launcher;
    private final Optional<Cgroups> cgroups;

    /** With a parent control group, tasks get groups below it; without (or not as root) they have none. */
    public ProcessTasks(Optional<String> cgroupParent) throws IOException {
        this.cgroups = cgroupParent.isPresent() && LinuxCalls.isRoot()
                ? Optional.of(Cgroups.detect(cgroupParent.get())).filter(found -> found.version() > 0)
                : Optional.empty();
        this.launcher = new TaskLauncher(cgroups);
    }

    /** The control groups of this machine, when tasks get some. */
    public Optional<Cgroups> cgroups() {
        return cgroups;
    }

    /** Why tasks cannot have cores that others are kept off; empty where they can. */
    public Optional<String> sharedCores() throws IOException {
        if (cgroups.isPresent()) {
            return cgroups.get().sharesAll();
        }
        return Optional.of(
                LinuxCalls.isRoot()
                        ? "tasks have no control groups here"
                        : "tasks have no control groups where the agent is not root");
    }

    static void refuse(String driver, List<String> problems) throws DriverException {
        if (!problems.isEmpty()) {
            throw DriverException.refused("driver " + driver + ": " + String.join("; ", problems));
        }
    }

    /** Why tasks cannot have a view of their own here, with the remedy; empty where they can. */
    Optional<String> isolationImpossible() {
        if (!LinuxCalls.isRoot()) {
            return Optional.of("needs root: run the agent as root, or use raw_exec");
        }
        try {
            long rights = 0;
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("CapEff:")) {
                    rights = Long.parseUnsignedLong(line.substring(7).trim(), 16);
                }
            }
            return (rights >> Capability.SYS_ADMIN.number() & 1) == 1
                    ? Optional.empty()
                    : Optional.of("needs the capability sys_admin, which this agent does not have although it is root:"
                            + " give it to the service or the container the agent runs in");
        } catch (IOException unreadable) {
            return Optional.of("cannot look at the agent's rights: " + unreadable.getMessage());
        }
    }

    /** What to run where, as whom and how much on its own. */
    record Start(
            List<String> command,
            Path directory,
            Optional<Account> account,
            Optional<Isolation> isolation,
            boolean controlGroups) {}

    /** The account a task becomes. */
    static Optional<Account> account(String driver, TaskContext task, UserPolicy users) throws DriverException {
        try {
            return users.account(task.user(), driver, AllocationDirectory.ownerOf(task.directories()));
        } catch (IOException unreadable) {
            throw DriverException.failed("cannot look at the directory of task " + task.taskName(), unreadable);
        }
    }

    DriverHandle start(String driver, TaskContext task, UserPolicy users, List<String> command, boolean controlGroups)
            throws DriverException {
        if (!task.volumes().isEmpty()) {
            throw DriverException.refused("driver " + driver
                    + " shows tasks the machine as it is here and mounts no volumes; use driver exec or"
                    + " docker, or name the directory itself");
        }
        var wished = ConfigKeys.text(task.config(), "work_dir");
        return start(
                driver,
                task,
                new Start(
                        command,
                        task.directories().task().resolve(wished),
                        account(driver, task, users),
                        Optional.empty(),
                        controlGroups));
    }

    DriverHandle start(String driver, TaskContext task, Start start) throws DriverException {
        if (ConfigKeys.flag(task.config(), DriverKeys.HARD_LIMIT) && (cgroups.isEmpty() || !start.controlGroups())) {
            throw DriverException.refused("config key \"" + DriverKeys.HARD_LIMIT
                    + "\" needs a control group, which tasks do not get here: run the agent as root, and raw_exec"
                    + " without no_cgroups; or remove it");
        }
        if (!task.resources().ownCores().isEmpty() && (cgroups.isEmpty() || !start.controlGroups())) {
            throw DriverException.refused("resources { cores } needs a control group, which tasks do not get here: run"
                    + " the agent as root, and raw_exec without no_cgroups; or ask for cpu instead");
        }
        Optional<TaskCgroup> cgroup = Optional.empty();
        try {
            cgroup = start.controlGroups() ? createCgroup(task) : Optional.empty();
            var own = TaskAccount.of(task, start.account());
            var environment = own.environment(cleanNames(task.environment()));
            List<Bind> accounts = start.isolation().isPresent()
                    ? own.files(task.directories().driverState().resolveSibling("accounts"), environment)
                    : List.of();
            var request = new LaunchRequest(
                    start.command(),
                    environment,
                    start.directory(),
                    task.directories().driverState(),
                    new LaunchRequest.Output(
                            task.directories().stdout(), task.directories().stderr()),
                    new LaunchRequest.Confinement(
                            start.account().filter(user -> user.uid() != 0),
                            own.shared().map(user -> Set.of(user.gid())).orElse(Set.of()),
                            cgroup,
                            namespaces(task, accounts),
                            start.isolation()));
            return new DriverHandle(driver, launcher.launch(request).values());
        } catch (IOException failed) {
            cgroup.ifPresent(ProcessTasks::discard);
            throw DriverException.failed("task " + task.taskName() + " cannot start", failed);
        } catch (DriverException refused) {
            cgroup.ifPresent(ProcessTasks::discard);
            throw refused;
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw DriverException.failed("the agent stops while starting task " + task.taskName());
        }
    }

    void recover(DriverHandle handle) throws DriverException {
        var process = process(handle);
        try {
            if (!process.reaper().bootId().equals(dev.steppe.io.linux.ProcessIdentity.currentBootId())) {
                throw DriverException.refused("the machine restarted since the task was started");
            }
            if (!process.equals(launcher.find(process.stateDirectory()).orElse(process))
                    || !Files.isDirectory(process.stateDirectory())) {
                throw DriverException.refused(
                        "the task's state in " + process.stateDirectory() + " is gone or belongs to a later start");
            }
        } catch (IOException unreadable) {
            throw DriverException.failed("cannot look at the task", unreadable);
        }
    }

    void watch(DriverHandle handle, Consumer<ExitResult> then) {
        try {
            launcher.watch(process(handle), exit -> then.accept(result(exit)));
        } catch (IOException | DriverException failed) {
            then.accept(result(new TaskExit.Lost("cannot watch the task: " + failed.getMessage())));
        }
    }

    void stop(DriverHandle handle, String signal, Duration killTimeout) throws DriverException {
        act("stop", () -> launcher.stop(process(handle), parseSignal(signal), killTimeout));
    }

    void signal(DriverHandle handle, String signal) throws DriverException {
        act("signal", () -> launcher.signal(process(handle), parseSignal(signal)));
    }

    CommandSession enter(DriverHandle handle, CommandSession.Wish wish, CommandSession.Output output)
            throws DriverException {
        try {
            return launcher.enter(process(handle), wish, output);
        } catch (IOException failed) {
            throw DriverException.failed("cannot run a command in the task", failed);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw DriverException.failed("the agent stops while a command is started in a task");
        }
    }

    TaskUsage usage(DriverHandle handle) throws DriverException {
        try {
            var usage = launcher.usage(process(handle));
            return new TaskUsage(
                    usage.cpuTime(),
                    usage.memoryBytes(),
                    usage.memoryPeakBytes(),
                    usage.processes(),
                    usage.residentBytes(),
                    usage.cacheBytes(),
                    usage.throttledPeriods(),
                    usage.throttledTime());
        } catch (IOException unreadable) {
            throw DriverException.failed("cannot read the task's usage", unreadable);
        }
    }

    void destroy(DriverHandle handle) throws DriverException {
        act("destroy", () -> launcher.destroy(process(handle)));
    }

    /**
     * A task that was started although the agent died before it kept the handle, or empty. The directory is the task's
     * {@link TaskDirectories#driverState}.
     */
    public Optional<DriverHandle> find(String driver, Path driverState) throws DriverException {
        try {
            return launcher.find(driverState).map(process -> new DriverHandle(driver, process.values()));
        } catch (IOException unreadable) {
            throw DriverException.failed("cannot look for a task in " + driverState, unreadable);
        }
    }

    @Override
    public void close() {
        launcher.close();
        try {
            if (cgroups.isPresent()) {
                cgroups.get().removeUnusedParent();
            }
        } catch (IOException busy) {
            // the next agent uses them
            System.getLogger(ProcessTasks.class.getName())
                    .log(System.Logger.Level.DEBUG, "empty control groups stay reason=" + busy);
        }
    }

    private Optional<TaskCgroup> createCgroup(TaskContext task) throws IOException {
        if (cgroups.isEmpty()) {
            return Optional.empty();
        }
        var name = task.allocation() + "." + task.taskName();
        var left = cgroups.get().find(name);
        // Left by a start that did not get far enough to have a handle.
        left.killAll();
        left.remove();
        var resources = task.resources();
        var limits = new Cgroups.Limits(resources.cpuMhz(), resources.memoryMaxMb() * MEGABYTE, PIDS_MAX)
                .reserving(resources.memoryMb() * MEGABYTE)
                .alone(resources.ownCores());
        if (ConfigKeys.flag(task.config(), DriverKeys.HARD_LIMIT)) {
            limits = limits.stoppingAt(resources.cores());
        }
        return Optional.of(cgroups.get().create(name, limits));
    }

    private static NamespaceThread.Entry namespaces(TaskContext task, List<Bind> accounts) throws DriverException {
        if (task.network().isEmpty()) {
            return new NamespaceThread.Entry(Optional.empty(), accounts);
        }
        if (!LinuxCalls.isRoot()) {
            throw DriverException.refused(
                    "network mode bridge needs root for network namespaces: run the agent as root,"
                            + " or use network mode host");
        }
        var shown = new ArrayList<>(task.network().get().binds());
        shown.addAll(accounts);
        return new NamespaceThread.Entry(Optional.of(task.network().get().namespace()), shown);
    }

    /** Names that are none become legal the way people know it from other schedulers: other characters turn into _. */
    static SortedMap<String, String> cleanNames(SortedMap<String, String> environment) {
        var clean = new TreeMap<String, String>();
        environment.forEach(
                (name, value) -> clean.put(name.replaceAll("[^A-Za-z0-9_]", "_").replaceFirst("^[0-9]", "_"), value));
        clean.remove("");
        return clean;
    }

    private static void discard(TaskCgroup cgroup) {
        try {
            cgroup.killAll();
            cgroup.remove();
        } catch (IOException left) {
            System.getLogger(ProcessTasks.class.getName())
                    .log(System.Logger.Level.WARNING, "control group stays cgroup=" + cgroup.directories(), left);
        }
    }

    private static ExitResult result(TaskExit exit) {
        return switch (exit) {
            case TaskExit.Ended ended ->
                new ExitResult(
                        ended.status(),
                        ended.signal().map(Signal::number).orElse(0),
                        ended.outOfMemory().isPresent(),
                        Optional.empty(),
                        ended.at(),
                        ended.outOfMemory().map(ProcessTasks::explain));
            case TaskExit.Lost lost -> new ExitResult(0, 0, false, Optional.of(lost.reason()), Instant.now());
        };
    }

    private static String explain(TaskCgroup.OutOfMemory out) {
        return "OOM killed: limit " + out.limitBytes() / MEGABYTE + " MiB, used at most " + out.peakBytes() / MEGABYTE
                + " MiB, " + out.kills() + (out.kills() == 1 ? " process" : " processes") + " killed";
    }

    static Signal parseSignal(String text) throws DriverException {
        return Signal.parse(text)
                .orElseThrow(() ->
                        DriverException.refused("signal \"" + text + "\" is not known: use a name such as SIGTERM"));
    }

    private static TaskProcess process(DriverHandle handle) throws DriverException {
        try {
            return TaskProcess.parse(handle.values());
        } catch (IllegalArgumentException damaged) {
            throw DriverException.refused(
                    "the handle of a " + handle.driver() + " task cannot be read: " + damaged.getMessage());
        }
    }

    private interface Action {
        void run() throws IOException, InterruptedException, DriverException;
    }

    private static void act(String what, Action action) throws DriverException {
        try {
            action.run();
        } catch (IOException failed) {
            throw DriverException.failed("cannot " + what + " the task", failed);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw DriverException.failed("the agent stops while it tries to " + what + " a task");
        }
    }
}
