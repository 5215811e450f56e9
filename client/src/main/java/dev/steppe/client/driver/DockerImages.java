package dev.steppe.client.driver;

import dev.steppe.client.settings.ContainerSettings;
import dev.steppe.io.TaskScope;
import dev.steppe.model.codec.CodecException;
import dev.steppe.model.codec.GoDuration;
import dev.steppe.model.specification.ConfigKeys;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.time.Duration;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The images that tasks need: loaded from a file, found on the machine or pulled, one pull per image at a time; what was
 * pulled for tasks is removed when none has used it for a while. Blocking; safe for use from any thread.
 */
final class DockerImages {
    private static final System.Logger LOG = System.getLogger(DockerImages.class.getName());
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration COLLECT_AT_LEAST_EVERY = Duration.ofSeconds(10);
    private static final Duration COLLECT_AT_MOST_EVERY = Duration.ofMillis(50);

    private final TaskScope scope;
    private final DockerClient docker;
    private final ContainerSettings.Images settings;
    private final RegistryCredentials credentials;
    private final PulledImages pulled;
    private final ConcurrentHashMap<String, ReentrantLock> pulling = new ConcurrentHashMap<>();

    DockerImages(TaskScope scope, DockerClient docker, DockerSettings settings) {
        this.scope = scope;
        this.docker = docker;
        this.settings = settings.images();
        this.credentials = new RegistryCredentials(settings.images());
        this.pulled = PulledImages.open(settings.pulled());
        if (settings.images().remove() && settings.pulled().isPresent()) {
            scope.startVirtual("images", this::collect);
        }
    }

    /** Sees to it that the task's image is here, and stays while the container of that name is not released. */
    void provide(TaskContext task, String container, StartProgress progress) throws IOException, DriverException {
        var config = task.config();
        var image = ConfigKeys.text(config, "image");
        pulled.use(image, container);
        try {
            if (config.containsKey("load")) {
                load(task, image);
            } else if (ConfigKeys.flag(config, "force_pull") || !docker.hasImage(image)) {
                pullAlone(config, image, progress);
            }
        } catch (IOException | DriverException | RuntimeException failed) {
            pulled.release(container);
            throw failed;
        }
    }

    /** A container of an earlier agent uses the image. */
    void use(String image, String container) {
        pulled.use(image, container);
    }

    void release(String container) {
        pulled.release(container);
    }

    private void load(TaskContext task, String image) throws IOException, DriverException {
        var local = task.directories().local();
        var named = ConfigKeys.text(task.config(), "load");
        var archive = local.resolve(named).normalize();
        if (!archive.startsWith(local) || !Files.isRegularFile(archive)) {
            throw DriverException.refused("config key \"load\": there is no file \"" + named
                    + "\" in the task's local directory; bring one there with an artifact block");
        }
        if (!archive.toRealPath().startsWith(local.toRealPath())) {
            throw DriverException.refused(
                    "config key \"load\": \"" + named + "\" is a link that leads out of the task's local directory");
        }
        var said = docker.load(archive);
        if (!docker.hasImage(image)) {
            throw DriverException.refused("the archive \"" + named + "\" does not hold the image \"" + image
                    + "\" (engine: " + said.replaceAll("\\s+", " ") + ")");
        }
    }

    /** Who comes second waits, and finds the image there. */
    private void pullAlone(SortedMap<String, Object> config, String image, StartProgress progress)
            throws IOException, DriverException {
        var lock = pulling.computeIfAbsent(image, name -> new ReentrantLock());
        boolean waited = false;
        try {
            while (!lock.tryLock(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                waited = true;
                if (progress.isCalledOff()) {
                    throw calledOff(image);
                }
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new IOException("the agent stops", stopping);
        }
        try {
            if (!waited || !docker.hasImage(image)) {
                pull(config, image, progress);
            }
        } finally {
            lock.unlock();
        }
    }

    static DriverException calledOff(String image) {
        return DriverException.refused("the pull of image \"" + image + "\" was called off: the task is to end");
    }

    private void pull(SortedMap<String, Object> config, String image, StartProgress progress)
            throws IOException, DriverException {
        var with = credentials(config, image, progress);
        boolean ours = pulled.isPulled(image) || !docker.hasImage(image);
        var wish = new ImagePull.Wish(image, with, within(config), settings.activityWithin());
        new ImagePull(docker, wish, progress).run(scope);
        if (ours) {
            pulled.add(image, docker.imageId(image).orElse(""));
        }
    }

    private Duration within(SortedMap<String, Object> config) throws DriverException {
        var own = ConfigKeys.text(config, "image_pull_timeout");
        try {
            return own.isEmpty() ? settings.pullWithin() : GoDuration.parse(own);
        } catch (CodecException malformed) {
            throw DriverException.refused("config key \"image_pull_timeout\": " + malformed.getMessage());
        }
    }

    private SortedMap<String, String> credentials(
            SortedMap<String, Object> config, String image, StartProgress progress) throws DriverException {
        try {
            return credentials.of(image, config);
        } catch (IOException failed) {
            if (ConfigKeys.flag(config, "auth_soft_fail")) {
                progress.tell("No credentials for " + RegistryCredentials.registry(image) + ", pulling without: "
                        + failed.getMessage());
                return java.util.Collections.emptySortedMap();
            }
            throw DriverException.failed(
                    "the credentials of registry " + RegistryCredentials.registry(image)
                            + " cannot be read (auth_soft_fail = true tries without)",
                    failed);
        }
    }

    private void collect() {
        var every = settings.removeAfter().dividedBy(4);
        every = every.compareTo(COLLECT_AT_LEAST_EVERY) > 0 ? COLLECT_AT_LEAST_EVERY : every;
        every = every.compareTo(COLLECT_AT_MOST_EVERY) < 0 ? COLLECT_AT_MOST_EVERY : every;
        while (!scope.isClosed()) {
            LockSupport.parkNanos(every.toNanos());
            for (String name : pulled.idle(settings.removeAfter())) {
                removeIdle(name);
            }
        }
    }

    private void removeIdle(String name) {
        try {
            if (docker.removeImage(name)) {
                pulled.forget(name);
                LOG.log(Level.INFO, "removed an image that no task uses image=" + name);
            } else {
                pulled.stillUsed(name);
            }
        } catch (IOException unreachable) {
            LOG.log(Level.DEBUG, "an image cannot be removed now image=" + name, unreachable);
        }
    }
}
