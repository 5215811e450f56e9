package dev.steppe.io.process;

import dev.steppe.io.linux.Descriptor;
import dev.steppe.io.linux.Errno;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.LinuxException;
import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.io.linux.ProcessIdentity;
import dev.steppe.io.linux.ProcessIdentity.ProcessStat;
import dev.steppe.io.linux.Signal;
import dev.steppe.io.linux.Spawn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Starts tasks that outlive the agent, finds them again, watches and stops them. Each task has a reaper as
 * parent that writes its exit status into a private state directory. Blocking, callable from any thread; callbacks come
 * on virtual threads, once each.
 */
public final class TaskLauncher implements AutoCloseable {
    private static final Duration AFTER_END = Duration.ofSeconds(2);
    private static final Duration AFTER_KILL = Duration.ofSeconds(5);
    private static final int LOG_MODE = 0640;
    private static final String LAUNCH = "launch";
    private static final String EXIT = "exit";

    private final NamespaceThread namespaceThread = new NamespaceThread();
    private final TaskSessions sessions = new TaskSessions(namespaceThread);
    private final ProcessWatcher watcher;
    private final List<Path> reaperCgroups;
    private final Processor processor;
    private final LaunchProgram.Machine machine;

    /** The reapers join groups of their own below the parent of {@code cgroups}; without cgroups they stay with the agent. */
    public TaskLauncher(Optional<Cgroups> cgroups) throws IOException {
        processor = Processor.current()
                .orElseThrow(() -> new IOException("tasks cannot be launched on the processor "
                        + System.getProperty("os.arch") + ": only on x86-64 and arm64"));
        machine = LaunchProgram.Machine.detect();
        watcher = new ProcessWatcher();
        reaperCgroups = cgroups.isPresent() ? cgroups.get().reaperDirectories() : List.of();
    }

    /**
     * Starts the task and returns once its program is about to run. When anything before that fails, nothing is left
     * running and the exception tells what refused.
     */
    public TaskProcess launch(LaunchRequest request) throws IOException, InterruptedException {
        prepareState(request);
        // On a throw-away thread: it waits in system calls, which would hold up other virtual threads.
        namespaceThread.call(NamespaceThread.Entry.none(), () -> {
            spawn(request);
            return request;
        });
        return find(request.stateDirectory())
                .orElseThrow(
                        () -> new IOException("no task in " + request.stateDirectory() + " right after its start"));
    }

    private void spawn(LaunchRequest request) throws IOException {
        var program = LaunchProgram.of(processor, request, reaperCgroups, machine);
        var image = program.build();
        try (var nothing = high(LinuxCalls.openForReading(Path.of("/dev/null")));
                var output = high(LinuxCalls.openForAppending(request.output().stdout(), LOG_MODE));
                var errors = high(LinuxCalls.openForAppending(request.output().stderr(), LOG_MODE));
                var file = high(LinuxCalls.programFile("steppe-launch"));
                var report = LinuxCalls.pipe()) {
            LinuxCalls.write(file, image.content());
            long reaper;
            try (var sink = high(report.sink())) {
                reaper = Spawn.start(
                        LaunchProgram.PATH,
                        List.of(LaunchProgram.REAPER),
                        List.of(),
                        List.of(nothing, output, errors, sink, file));
            }
            awaitStart(request, program, reaper, report.source());
            // The reaper keeps what it runs of the file; the secrets need not stay in memory.
            LinuxCalls.truncate(file, image.secretsFrom());
        }
    }

    /**
     * Finds the task whose state is kept in the directory, also one that ended; empty when none was started there. Works
     * without the handle that {@link #launch} returned, for an agent that died before it kept the handle.
     */
    public Optional<TaskProcess> find(Path stateDirectory) throws IOException {
        var launch = new Properties();
        try (var reader = Files.newBufferedReader(stateDirectory.resolve(LAUNCH))) {
            launch.load(reader);
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
        var reaper = statLine(stateDirectory.resolve("reaper"));
        var task = statLine(stateDirectory.resolve("task"));
        if (reaper.isEmpty() || task.isEmpty()) {
            return Optional.empty();
        }
        var bootId = launch.getProperty("boot", "");
        return Optional.of(new TaskProcess(
                new ProcessIdentity(reaper.get().pid(), reaper.get().startTicks(), bootId),
                new ProcessIdentity(task.get().pid(), task.get().startTicks(), bootId),
                stateDirectory,
                TaskProcess.parseCgroups(launch.getProperty("cgroups", ""))));
    }

    /** True while the task itself runs. */
    public boolean isRunning(TaskProcess process) throws IOException {
        return process.task().isAlive();
    }

    /** Calls back once when the task has ended; at once for a task that ended while no agent ran. */
    public void watch(TaskProcess process, Consumer<TaskExit> then) throws IOException {
        watcher.watch(process.reaper(), () -> {
            try {
                afterReaper(process, then);
            } catch (IOException unreadable) {
                then.accept(new TaskExit.Lost("cannot read the exit status: " + unreadable.getMessage()));
            }
        });
    }

    /** Sends a signal: to the task's process group, or to the task alone when it left the reaper's group. */
    public void signal(TaskProcess process, Signal signal) throws IOException {
        if (!process.task().isAlive()) {
            return;
        }
        var stat = ProcessStat.read(process.task().pid());
        try {
            if (signal == Signal.SIGKILL || signal == Signal.SIGSTOP) {
                for (long pid : members(process)) {
                    LinuxCalls.signal(pid, signal);
                }
            } else if (stat.isPresent()
                    && stat.get().group() == process.reaper().pid()) {
                LinuxCalls.signalGroup(process.reaper().pid(), signal);
            } else {
                LinuxCalls.signal(process.task().pid(), signal);
            }
        } catch (LinuxException refused) {
            if (refused.errno() != Errno.ESRCH) {
                throw refused;
            }
        }
    }

    /**
     * Asks the task to end with the signal, waits at most the timeout, then kills everything it started. Returns when
     * the exit status is written.
     */
    public void stop(TaskProcess process, Signal signal, Duration killTimeout)
            throws IOException, InterruptedException {
        signal(process, signal);
        if (awaitEnd(process.task(), killTimeout)) {
            // Killed before it could pass it on, an init would take the task's true status with it.
            awaitEnd(process.reaper(), AFTER_END);
        }
        killTree(process);
        if (!awaitEnd(process.reaper(), AFTER_KILL)) {
            throw new IOException("the reaper of " + process.stateDirectory() + " (pid "
                    + process.reaper().pid() + ") does not end although its task was killed");
        }
    }

    /** Runs a command beside the task: in its namespaces and control groups, as its user, with its environment. */
    public CommandSession enter(TaskProcess process, CommandSession.Wish wish, CommandSession.Output output)
            throws IOException, InterruptedException {
        return sessions.enter(process, wish, output);
    }

    /** What the task and everything it started uses. */
    public ProcessUsage usage(TaskProcess process) throws IOException {
        var counted = process.cgroup().usage();
        return counted.isPresent() ? counted.get() : ProcessTable.usage(members(process));
    }

    /** Kills what is left of the task and removes its control groups and state. Idempotent. */
    public void destroy(TaskProcess process) throws IOException, InterruptedException {
        killTree(process);
        awaitEnd(process.reaper(), AFTER_KILL);
        process.cgroup().remove();
        removeState(process.stateDirectory());
    }

    @Override
    public void close() {
        sessions.close();
        watcher.close();
        namespaceThread.close();
    }

    private void prepareState(LaunchRequest request) throws IOException {
        var directory = request.stateDirectory();
        removeState(directory);
        Files.createDirectories(directory.toAbsolutePath().getParent());
        Files.createDirectory(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        var launch = new Properties();
        launch.setProperty("boot", ProcessIdentity.currentBootId());
        var cgroups =
                request.confinement().cgroup().map(TaskCgroup::directories).orElse(List.of());
        launch.setProperty(
                "cgroups", String.join(":", cgroups.stream().map(Path::toString).toList()));
        try (var writer = Files.newBufferedWriter(directory.resolve(LAUNCH))) {
            launch.store(writer, null);
        }
    }

    /** The pipe ends without a word when the task's program runs, since it is closed then; or a failed step is told. */
    private void awaitStart(LaunchRequest request, CallProgram program, long reaper, Descriptor source)
            throws IOException {
        var failure = program.failure(LinuxCalls.readBytes(source, CallProgram.REPORT_BYTES));
        if (failure.isPresent() || LaunchProgram.isDetached(reaperCgroups)) {
            LinuxCalls.awaitChild(reaper);
        }
        if (failure.isPresent()) {
            removeState(request.stateDirectory());
            var step = failure.get();
            var reason = LinuxException.of(step.call().name().toLowerCase(Locale.ROOT), step.what(), step.errno());
            throw new IOException("cannot start " + request.command().getFirst() + ": " + reason.getMessage(), reason);
        }
    }

    private void afterReaper(TaskProcess process, Consumer<TaskExit> then) throws IOException {
        var status = exitStatus(process.stateDirectory());
        if (status.isPresent()) {
            var at = Files.getLastModifiedTime(process.stateDirectory().resolve(EXIT))
                    .toInstant();
            then.accept(TaskExit.Ended.of(status.get(), process.cgroup().outOfMemory(), at));
        } else if (process.task().isAlive()) {
            watcher.watch(
                    process.task(),
                    () -> then.accept(
                            new TaskExit.Lost("the reaper was killed before the task ended at " + Instant.now())));
        } else if (!process.reaper().bootId().equals(ProcessIdentity.currentBootId())) {
            then.accept(new TaskExit.Lost("the machine restarted"));
        } else {
            then.accept(new TaskExit.Lost("the reaper was killed, or the disk of " + process.stateDirectory()
                    + " was full when the task ended"));
        }
    }

    /** The status as the kernel gives it to a parent; empty while the task runs. */
    private Optional<Integer> exitStatus(Path stateDirectory) throws IOException {
        try {
            var bytes = Files.readAllBytes(stateDirectory.resolve(EXIT));
            return bytes.length < Integer.BYTES
                    ? Optional.empty()
                    : Optional.of(ByteBuffer.wrap(bytes)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getInt());
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
    }

    private void killTree(TaskProcess process) throws IOException {
        if (!process.reaper().bootId().equals(ProcessIdentity.currentBootId())) {
            return;
        }
        if (!process.cgroup().directories().isEmpty()) {
            process.cgroup().killAll();
            return;
        }
        for (var left = members(process); !left.isEmpty(); left = members(process)) {
            for (long pid : left) {
                try {
                    LinuxCalls.signal(pid, Signal.SIGKILL);
                } catch (LinuxException refused) {
                    if (refused.errno() != Errno.ESRCH) {
                        throw refused;
                    }
                }
            }
        }
    }

    /** Everything that belongs to the task: its control group, or its session and descendants; never the reaper. */
    private List<Long> members(TaskProcess process) throws IOException {
        if (!process.cgroup().directories().isEmpty()) {
            return process.cgroup().processes();
        }
        return ProcessTable.members(process);
    }

    private boolean awaitEnd(ProcessIdentity process, Duration timeout) throws IOException, InterruptedException {
        var ended = new CountDownLatch(1);
        watcher.watch(process, ended::countDown);
        return ended.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static Optional<ProcessStat> statLine(Path file) throws IOException {
        try {
            var text = Files.readString(file);
            return text.endsWith("\n") ? Optional.of(ProcessStat.parse(text)) : Optional.empty();
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
    }

    private static void removeState(Path directory) throws IOException {
        var files = new ArrayList<Path>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            entries.forEach(files::add);
        } catch (NoSuchFileException none) {
            return;
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
        Files.deleteIfExists(directory);
    }

    private static Descriptor high(Descriptor low) throws LinuxException {
        try (low) {
            return LinuxCalls.duplicateHigh(low);
        }
    }
}
