package dev.steppe.client.driver;

import dev.steppe.client.driver.DockerClient.Json;
import dev.steppe.io.TaskScope;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The output of containers on its way into the log files of their tasks: one thread each, until the container ends. */
final class DockerOutput {
    private static final System.Logger LOG = System.getLogger(DockerOutput.class.getName());
    private static final Duration RETRY = Duration.ofMillis(500);
    private static final Duration REST_OF_LOGS = Duration.ofSeconds(5);

    private final TaskScope scope;
    private final DockerClient docker;
    private final ConcurrentHashMap<String, CountDownLatch> copying = new ConcurrentHashMap<>();

    DockerOutput(TaskScope scope, DockerClient docker) {
        this.scope = scope;
        this.docker = docker;
    }

    private static String id(DriverHandle handle) {
        return DockerDriver.id(handle);
    }

    private static Path position(DriverHandle handle) {
        return DockerDriver.state(handle).resolve("log-position");
    }

    private static DockerLogs logs(DriverHandle handle) throws IOException {
        return new DockerLogs(
                Path.of(handle.values().getOrDefault("stdout", "")),
                Path.of(handle.values().getOrDefault("stderr", "")),
                position(handle));
    }

    /** A new container begins with nothing copied. */
    void prepare(DriverHandle handle) throws IOException {
        Files.deleteIfExists(position(handle));
        logs(handle).save();
    }

    /** Nothing of it is copied any more. */
    void forget(DriverHandle handle) throws IOException {
        copying.remove(id(handle));
        Files.deleteIfExists(position(handle));
    }

    /** Begins to copy, or goes on where an earlier agent stopped. Idempotent. */
    void copy(DriverHandle handle) {
        if (!handle.values().getOrDefault("copied", "true").equals("true")) {
            return;
        }
        var copied = new CountDownLatch(1);
        if (copying.putIfAbsent(id(handle), copied) != null) {
            return;
        }
        scope.startVirtual("logs-" + id(handle), () -> {
            try {
                boolean ended = false;
                while (!ended && !scope.isClosed()) {
                    ended = copyOnce(handle);
                }
            } finally {
                copied.countDown();
            }
        });
    }

    /**
     * True when there is nothing more to copy: the container had ended before, or is gone. What is followed may end before the
     * last of it is written.
     */
    private boolean copyOnce(DriverHandle handle) {
        try {
            boolean ended = docker.inspect(id(handle))
                    .map(found -> !Json.flag(found, "State", "Running"))
                    .orElse(true);
            var logs = logs(handle);
            try (var stream = docker.follow(id(handle), logs.since())) {
                boolean terminal = handle.values().getOrDefault("terminal", "").equals("true");
                logs.copy(terminal ? DockerLogs.framed(stream.body()) : stream.body());
            }
            return ended;
        } catch (IOException broken) {
            if (broken instanceof DockerClient.Refused refused && (refused.isUnknown() || isUnreadable(refused))) {
                return true;
            }
            if (!scope.isClosed()) {
                LOG.log(Level.DEBUG, "log stream broke, goes on soon container=" + id(handle), broken);
                LockSupport.parkNanos(RETRY.toNanos());
            }
            return false;
        }
    }

    /** Some logging drivers of the engine give nothing back. */
    private static boolean isUnreadable(DockerClient.Refused refused) {
        return String.valueOf(refused.getMessage()).contains("does not support reading");
    }

    /** Waits until the rest of an ended container is copied, a few seconds at most. */
    void await(DriverHandle handle) {
        var copied = copying.get(id(handle));
        try {
            if (copied != null && !copied.await(REST_OF_LOGS.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.log(Level.WARNING, "log copying is behind container=" + id(handle));
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }
}
