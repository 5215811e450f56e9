package dev.steppe.client.driver;

import dev.steppe.client.driver.DockerClient.Json;
import dev.steppe.io.TaskScope;
import dev.steppe.io.process.CommandSession;
import dev.steppe.model.AllocationId;
import dev.steppe.model.specification.ConfigKeys;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Runs containers through a Docker daemon. The daemon keeps the output; one thread per container copies it into the
 * task's log files and goes on where an earlier agent stopped.
 */
public final class DockerDriver implements Driver, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(DockerDriver.class.getName());
    private static final Duration RETRY = Duration.ofMillis(500);
    private static final Duration AFTER_KILL = Duration.ofSeconds(10);
    private static final String HANDLE = "handle";
    private static final String HOSTS = "hosts";
    private static final Duration ANSWER = Duration.ofSeconds(2);
    private static final Duration LOOK = Duration.ofMillis(20);

    private final TaskScope scope = new TaskScope("docker");
    private final DockerClient docker;
    private final DockerSettings settings;
    private final DockerImages images;
    private final DockerOutput output;
    /** What containers without cores of their own run on; empty for all. */
    private volatile String shared = "";

    public DockerDriver(DockerSettings settings) {
        this.settings = settings;
        this.docker = new DockerClient(settings.socket());
        this.images = new DockerImages(scope, docker, settings);
        this.output = new DockerOutput(scope, docker);
    }

    @Override
    public String name() {
        return "docker";
    }

    @Override
    public DriverFingerprint fingerprint() {
        if (!Files.exists(settings.socket())) {
            return DriverFingerprint.absent(
                    "no Docker daemon at " + settings.socket()
                            + ": start one, or name its socket in plugin \"docker\" { config { endpoint = \"unix:///path\" } }");
        }
        try {
            return DriverFingerprint.healthy(attributes());
        } catch (IOException silent) {
            return new DriverFingerprint(
                    true,
                    false,
                    "the Docker daemon at " + settings.socket() + " does not answer: " + silent.getMessage(),
                    new TreeMap<>());
        }
    }

    /** A daemon that hangs must not keep the agent from starting. */
    private SortedMap<String, String> attributes() throws IOException {
        var answer = new CompletableFuture<SortedMap<String, String>>();
        var asking = scope.startVirtual("about", () -> {
            try {
                answer.complete(attributesOf(docker.version(), docker.about()));
            } catch (IOException | RuntimeException failed) {
                answer.completeExceptionally(failed);
            }
        });
        try {
            return answer.get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException silent) {
            throw new IOException("no answer within " + ANSWER.toSeconds() + " s", silent);
        } catch (ExecutionException failed) {
            throw new IOException(failed.getMessage(), failed);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new IOException("the agent stops", stopping);
        } finally {
            asking.interrupt();
        }
    }

    private SortedMap<String, String> attributesOf(String version, Object about) {
        var attributes = new TreeMap<>(Map.of(
                "driver.docker",
                "1",
                "driver.docker.version",
                version,
                "driver.docker.volumes.enabled",
                Boolean.toString(settings.permissions().volumes()),
                "driver.docker.privileged.enabled",
                Boolean.toString(settings.permissions().privileged())));
        var system = Json.text(about, "OSType");
        if (!system.isEmpty()) {
            attributes.put("driver.docker.os_type", system);
        }
        if (Json.at(about, "Runtimes").orElse("") instanceof Map<?, ?> runtimes) {
            var names = new TreeSet<String>();
            runtimes.keySet().forEach(name -> names.add(String.valueOf(name)));
            attributes.put("driver.docker.runtimes", String.join(",", names));
        }
        settings.containers()
                .processesMax()
                .ifPresent(most -> attributes.put("driver.docker.pids.limit", Long.toString(most)));
        return attributes;
    }

    @Override
    public TaskView view(TaskDirectories directories) {
        return new TaskView(Path.of("/alloc"), Path.of("/local"), Path.of("/secrets"), false);
    }

    @Override
    public List<String> validate(SortedMap<String, Object> config) {
        return DockerRules.problems(config, settings);
    }

    @Override
    public DriverHandle start(TaskContext task) throws DriverException {
        return start(task, StartProgress.unheard());
    }

    @Override
    public DriverHandle start(TaskContext task, StartProgress progress) throws DriverException {
        ProcessTasks.refuse(name(), validate(task.config()));
        var container = task.taskName() + "-" + task.allocation();
        try {
            images.provide(task, container, progress);
            // Left by a start that the agent did not survive.
            docker.remove(container);
            return run(task, container);
        } catch (DockerClient.Refused refused) {
            images.release(container);
            throw refused.isClientsFault()
                    ? DriverException.refused("task " + task.taskName() + ": " + refused.getMessage())
                    : DriverException.failed("task " + task.taskName(), refused);
        } catch (SocketException away) {
            images.release(container);
            throw DriverException.failed(
                    "task " + task.taskName() + " cannot start, since the Docker engine at " + settings.socket()
                            + " does not answer",
                    away);
        } catch (IOException failed) {
            images.release(container);
            throw DriverException.failed("task " + task.taskName() + " cannot start", failed);
        } catch (DriverException failed) {
            images.release(container);
            throw failed;
        }
    }

    /** Containers join a pause container's network; an engine that ended took that along. */
    private void requireNetwork(TaskContext task) throws IOException, DriverException {
        var pause = task.network().flatMap(TaskNetwork::pauseContainer);
        if (pause.isPresent()
                && docker.inspect(pause.get())
                        .filter(found -> Json.flag(found, "State", "Running"))
                        .isEmpty()) {
            throw DriverException.refused(
                    "the network of the allocation is gone, since its pause container does not run"
                            + " any more (the Docker engine ended, or somebody removed it): the allocation has to be replaced,"
                            + " as its reschedule policy says");
        }
    }

    private DriverHandle run(TaskContext task, String container) throws IOException, DriverException {
        Files.createDirectories(
                task.directories().driverState(),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        var definition = DockerDefinition.of(task, settings);
        requireNetwork(task);
        var id = docker.create(container, definition);
        var handle = handle(task, id, container);
        try {
            prepare(handle);
            output.prepare(handle);
            if (task.resources().ownCores().isEmpty() && !shared.isEmpty()) {
                docker.pin(id, shared);
            }
            docker.start(id);
        } catch (IOException failed) {
            docker.remove(id);
            throw failed;
        }
        output.copy(handle);
        return handle;
    }

    @Override
    public void recover(DriverHandle handle) throws DriverException {
        try {
            var found = docker.inspect(id(handle))
                    .orElseThrow(() -> DriverException.refused("the container of the task is gone"));
            if (!Json.text(found, "Config", "Labels", DockerSettings.OWNER_LABEL)
                    .equals(settings.owner())) {
                throw DriverException.refused("the container " + id(handle) + " belongs to another agent");
            }
        } catch (DockerClient.Refused refused) {
            throw DriverException.failed("cannot look at the task's container", refused);
        } catch (IOException away) {
            // The container may run on without its engine: taken for gone, it would be ended by the start of another.
            LOG.log(
                    Level.WARNING,
                    "the Docker engine does not answer, a container is looked at when it does container=" + id(handle)
                            + " reason=" + away.getMessage());
        }
        images.use(handle.values().getOrDefault("image", ""), container(handle));
        output.copy(handle);
    }

    @Override
    public Optional<DriverHandle> find(TaskDirectories directories) throws DriverException {
        var values = new Properties();
        try (var reader = Files.newBufferedReader(directories.driverState().resolve(HANDLE))) {
            values.load(reader);
            var handle = new TreeMap<String, String>();
            values.stringPropertyNames().forEach(key -> handle.put(key, values.getProperty(key, "")));
            var found = new DriverHandle(name(), handle);
            return docker.inspect(id(found)).isPresent() ? Optional.of(found) : Optional.empty();
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException unreadable) {
            throw DriverException.failed("cannot look for a container of the task", unreadable);
        }
    }

    @Override
    public void watch(DriverHandle handle, Consumer<ExitResult> then) {
        scope.startVirtual("wait-" + id(handle), () -> awaitExit(handle).ifPresent(then));
    }

    @Override
    public void stop(DriverHandle handle, String signal, Duration killTimeout) throws DriverException {
        try {
            if (!docker.signal(id(handle), ProcessTasks.parseSignal(signal).name())) {
                return;
            }
            if (!awaitStopped(handle, killTimeout)) {
                docker.signal(id(handle), "SIGKILL");
                if (!awaitStopped(handle, AFTER_KILL)) {
                    throw DriverException.failed(
                            "the container " + id(handle) + " does not end although it was killed");
                }
            }
        } catch (IOException failed) {
            throw DriverException.failed("cannot stop the task's container", failed);
        }
    }

    @Override
    public void signal(DriverHandle handle, String signal) throws DriverException {
        try {
            docker.signal(id(handle), ProcessTasks.parseSignal(signal).name());
        } catch (IOException failed) {
            throw DriverException.failed("cannot signal the task's container", failed);
        }
    }

    @Override
    public CommandSession enter(DriverHandle handle, CommandSession.Wish wish, CommandSession.Output output)
            throws DriverException {
        try {
            return DockerSession.start(scope, docker, id(handle), wish, output);
        } catch (IOException failed) {
            throw DriverException.failed("cannot run a command in the task's container", failed);
        }
    }

    @Override
    public TaskUsage usage(DriverHandle handle) throws DriverException {
        try {
            var usage = docker.usage(id(handle));
            long memoryBytes = Json.number(usage, "memory_stats", "usage");
            return new TaskUsage(
                    Duration.ofNanos(Json.number(usage, "cpu_stats", "cpu_usage", "total_usage")),
                    memoryBytes,
                    Math.max(memoryBytes, Json.number(usage, "memory_stats", "max_usage")),
                    (int) Json.number(usage, "pids_stats", "current"));
        } catch (IOException failed) {
            throw DriverException.failed("cannot read the usage of the task's container", failed);
        }
    }

    @Override
    public void destroy(DriverHandle handle) throws DriverException {
        try {
            removeContainer(handle);
            images.release(container(handle));
            output.await(handle);
            output.forget(handle);
            Files.deleteIfExists(state(handle).resolve(HANDLE));
            Files.deleteIfExists(state(handle).resolve(HOSTS));
            Files.deleteIfExists(state(handle));
        } catch (IOException failed) {
            throw DriverException.failed("cannot remove the task's container", failed);
        }
    }

    /**
     * Tells all containers but those named, which have cores of their own, what to run on from now on, as in {@code 0-2,5}.
     * Containers made later learn of it when they are made.
     */
    public void share(String cores, Set<String> apart) throws IOException {
        shared = cores;
        for (Object container : docker.list(DockerSettings.OWNER_LABEL, settings.owner())) {
            String task = Json.text(container, "Labels", DockerDefinition.TASK_LABEL);
            String name = Json.text(container, "Labels", DockerSettings.ALLOCATION_LABEL) + "." + task;
            if (!task.isEmpty() && !apart.contains(name)) {
                docker.pin(Json.text(container, "Id"), cores);
            }
        }
    }

    /** A container that stays for people to look at ends, and is removed with its allocation or its next start. */
    private void removeContainer(DriverHandle handle) throws IOException {
        if (settings.containers().remove()) {
            docker.remove(id(handle));
        } else {
            docker.signal(id(handle), "SIGKILL");
        }
    }

    /** Removes all containers of this owner, pause containers too, whose allocations are not in the set; answers which. */
    public List<String> sweep(Set<AllocationId> live) throws DriverException {
        try {
            var removed = new ArrayList<String>();
            for (Object container : docker.list(DockerSettings.OWNER_LABEL, settings.owner())) {
                var allocation = Json.text(container, "Labels", DockerSettings.ALLOCATION_LABEL);
                if (allocation.isEmpty() || !live.contains(new AllocationId(allocation))) {
                    docker.remove(Json.text(container, "Id"));
                    removed.add(Json.text(container, "Id"));
                }
            }
            return removed;
        } catch (IOException failed) {
            throw DriverException.failed("cannot remove left-over containers", failed);
        }
    }

    /** Ends copying and waiting; containers keep running. */
    @Override
    public void close() {
        scope.close();
    }

    private DriverHandle handle(TaskContext task, String id, String container) {
        var logging = DockerDefinition.logging(task.config(), settings.containers());
        boolean copied =
                settings.containers().collectingLogs() && !logging.type().equals("none");
        return new DriverHandle(
                name(),
                new TreeMap<>(Map.of(
                        "id", id,
                        "container", container,
                        "image", ConfigKeys.text(task.config(), "image"),
                        "copied", Boolean.toString(copied),
                        "terminal", Boolean.toString(ConfigKeys.flag(task.config(), "tty")),
                        "stdout", task.directories().stdout().toString(),
                        "stderr", task.directories().stderr().toString(),
                        "state", task.directories().driverState().toString())));
    }

    static String id(DriverHandle handle) {
        return handle.values().getOrDefault("id", "");
    }

    /** Written before the container runs: an agent that dies in between finds it again. */
    private static void prepare(DriverHandle handle) throws IOException {
        var values = new Properties();
        values.putAll(handle.values());
        try (var writer = Files.newBufferedWriter(state(handle).resolve(HANDLE))) {
            values.store(writer, null);
        }
    }

    private static String container(DriverHandle handle) {
        return handle.values().getOrDefault("container", "");
    }

    static Path state(DriverHandle handle) {
        return Path.of(handle.values().getOrDefault("state", ""));
    }

    private Optional<ExitResult> awaitExit(DriverHandle handle) {
        boolean engineWasAway = false;
        while (!scope.isClosed()) {
            try {
                docker.awaitEnd(id(handle));
                var found = docker.inspect(id(handle));
                if (found.isEmpty()) {
                    return Optional.of(lost("the container was removed"));
                }
                if (!Json.flag(found.get(), "State", "Running")) {
                    output.await(handle);
                    return Optional.of(result(found.get(), engineWasAway));
                }
            } catch (IOException restarting) {
                if (restarting instanceof DockerClient.Refused refused && refused.isUnknown()) {
                    return Optional.of(lost(refused.getMessage()));
                }
                engineWasAway = true;
                LOG.log(Level.DEBUG, "waiting for a container broke, goes on soon container=" + id(handle), restarting);
            }
            LockSupport.parkNanos(RETRY.toNanos());
        }
        return Optional.empty();
    }

    private boolean awaitStopped(DriverHandle handle, Duration timeout) throws IOException {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        while (docker.inspect(id(handle))
                .filter(found -> Json.flag(found, "State", "Running"))
                .isPresent()) {
            if (System.nanoTime() > deadlineNanos || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
        return true;
    }

    private static ExitResult lost(String reason) {
        return new ExitResult(0, 0, false, Optional.of(reason), Instant.now());
    }

    /** An engine that ends, and does not let its containers live on, ends them too; it does not say that it did. */
    private static ExitResult result(Object found, boolean engineWasAway) {
        int status = (int) Json.number(found, "State", "ExitCode");
        var said = Json.text(found, "State", "Error");
        var error = said.isEmpty() && engineWasAway && status != 0
                ? "the Docker engine ended or was started again meanwhile, and the container with it"
                : said;
        return new ExitResult(
                status,
                status > 128 && status <= 128 + 31 ? status - 128 : 0,
                Json.flag(found, "State", "OOMKilled"),
                error.isEmpty() ? Optional.empty() : Optional.of(error),
                time(Json.text(found, "State", "FinishedAt")));
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException unknown) {
            return Instant.now();
        }
    }

    /** Containers of this owner, for tests: ids. */
    List<String> containers() throws IOException {
        var ids = new ArrayList<String>();
        for (Object container : docker.list(DockerSettings.OWNER_LABEL, settings.owner())) {
            ids.add(Json.text(container, "Id"));
        }
        return ids;
    }
}
