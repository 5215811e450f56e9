package dev.steppe.client.artifact;

import dev.steppe.client.allocation.TaskEnvironment;
import dev.steppe.client.allocation.TaskHook;
import dev.steppe.client.allocation.TaskSite;
import dev.steppe.client.file.FilesOfTasks;
import dev.steppe.client.settings.ArtifactSettings;
import dev.steppe.model.Artifact;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Fetches the artifacts of a task before it starts for the first time, one after the other. What is there is not fetched
 * again, neither for a restart of the task nor by a later agent; what was cut short is fetched anew.
 */
public final class ArtifactHook implements TaskHook {
    private static final String BEGUN = "Downloading Artifacts";
    private static final String FAILED = "Failed Artifact Download";

    private final FilesOfTasks files;
    private final Environments environments;
    private final Supplier<ArtifactSettings> settings;

    /** Makes the environment that artifacts may refer to. */
    @FunctionalInterface
    public interface Environments {
        TaskEnvironment of(TaskSite site) throws Failure;
    }

    public ArtifactHook(FilesOfTasks files, Environments environments, Supplier<ArtifactSettings> settings) {
        this.files = files;
        this.environments = environments;
        this.settings = settings;
    }

    @Override
    public String name() {
        return "artifacts";
    }

    @Override
    public Prepared prepare(TaskSite site) throws Failure, InterruptedException {
        if (site.task().artifacts().isEmpty()) {
            return Prepared.once();
        }
        var environment = environments.of(site);
        var shelf = new Shelf(site.directories().driverState().resolveSibling("artifacts"));
        var work = new Errand.Work(
                settings.get(),
                files.of(site),
                shelf,
                site.task().user(),
                () -> site.control().awaitStop(Duration.ZERO));
        boolean told = false;
        for (Artifact written : site.task().artifacts()) {
            Artifact artifact = filledIn(written, environment);
            try {
                if (shelf.has(artifact)) {
                    continue;
                }
                if (!told) {
                    site.control().event(BEGUN, "Client is downloading artifacts");
                    told = true;
                }
                new Errand(artifact, work).run();
            } catch (FetchException failed) {
                throw new Failure(FAILED, String.valueOf(failed.getMessage()), failed.recoverable(), failed);
            } catch (IOException disk) {
                throw new Failure(
                        FAILED, "artifact for " + artifact.destination() + ": " + disk.getMessage(), true, disk);
            } catch (StopWatch.StoppedException stopped) {
                return Prepared.eachTime();
            }
        }
        return Prepared.once();
    }

    private static Artifact filledIn(Artifact artifact, TaskEnvironment environment) {
        return new Artifact(
                environment.text(artifact.source()),
                environment.texts(artifact.options()),
                environment.texts(artifact.headers()),
                artifact.mode(),
                environment.text(artifact.destination()),
                artifact.insecure(),
                artifact.chown());
    }
}
