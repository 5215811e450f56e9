package dev.steppe.client.driver;

import dev.steppe.model.AllocationId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Containers that do nothing but hold the network namespace of an allocation, because Docker joins a container's network
 * and not a namespace. Needed for bridge-mode groups with a docker task. Blocking.
 */
public final class PauseContainers {
    /** How long an engine may take that is started again at the same time as the agent. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Duration LOOK = Duration.ofMillis(500);

    private final DockerClient docker;
    private final DockerSettings settings;

    public PauseContainers(DockerSettings settings) {
        this.settings = settings;
        this.docker = new DockerClient(settings.socket());
    }

    /** A running pause container: its id for Docker, its process for everybody else. */
    public record Pause(String containerId, long pid) {}

    /** Starts one for the allocation; one that exists already under its name is replaced. */
    public Pause start(AllocationId allocation) throws DriverException {
        var name = name(allocation);
        try {
            var image = PauseImage.REPOSITORY + ":" + PauseImage.TAG;
            if (!docker.hasImage(image)) {
                docker.importImage(
                        PauseImage.REPOSITORY,
                        PauseImage.TAG,
                        List.of("ENTRYPOINT [\"" + PauseImage.PROGRAM + "\"]"),
                        PauseImage.tar(System.getProperty("os.arch")));
            }
            docker.remove(name);
            var id = docker.create(
                    name,
                    Map.of(
                            "Image",
                            image,
                            "User",
                            "65534:65534",
                            "Labels",
                            settings.labels(allocation),
                            "HostConfig",
                            Map.of(
                                    "NetworkMode",
                                    "none",
                                    "ReadonlyRootfs",
                                    true,
                                    "CapDrop",
                                    List.of("ALL"),
                                    "LogConfig",
                                    Map.of("Type", "none"))));
            docker.start(id);
            return find(id).orElseThrow(() -> DriverException.failed("the pause container " + name + " ended at once"));
        } catch (IOException failed) {
            throw DriverException.failed("cannot start the pause container of allocation " + allocation, failed);
        }
    }

    private static String name(AllocationId allocation) {
        return "steppe-pause-" + allocation;
    }

    /** The allocation's pause container, when it runs. Waits some time for an engine that does not answer. */
    public Optional<Pause> find(AllocationId allocation) throws DriverException, InterruptedException {
        long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadlineNanos && !answers()) {
            LockSupport.parkNanos(LOOK.toNanos());
            if (Thread.interrupted()) {
                throw new InterruptedException("waiting for the Docker engine");
            }
        }
        return find(name(allocation));
    }

    private boolean answers() {
        try {
            docker.version();
            return true;
        } catch (DockerClient.Refused said) {
            return true;
        } catch (IOException away) {
            return false;
        }
    }

    /** The pause container of that id, when it runs. */
    public Optional<Pause> find(String containerId) throws DriverException {
        try {
            return docker.inspect(containerId)
                    .filter(found -> DockerClient.Json.flag(found, "State", "Running"))
                    .map(found -> new Pause(
                            DockerClient.Json.text(found, "Id"), DockerClient.Json.number(found, "State", "Pid")));
        } catch (IOException failed) {
            throw DriverException.failed("cannot look at the pause container " + containerId, failed);
        }
    }

    /** Removes the allocation's pause container. Idempotent. */
    public void remove(AllocationId allocation) throws DriverException {
        try {
            docker.remove(name(allocation));
        } catch (IOException failed) {
            throw DriverException.failed("cannot remove the pause container of allocation " + allocation, failed);
        }
    }
}
