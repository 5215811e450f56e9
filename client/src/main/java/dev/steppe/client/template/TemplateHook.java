package dev.steppe.client.template;

import dev.steppe.client.allocation.TaskEnvironment;
import dev.steppe.client.allocation.TaskHook;
import dev.steppe.client.allocation.TaskSite;
import dev.steppe.client.data.DataReader;
import dev.steppe.client.file.FilesOfTasks;
import dev.steppe.client.file.TaskFiles;
import dev.steppe.client.settings.TemplateSettings;
import dev.steppe.io.Loop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Renders the templates of a task before it starts and follows their data while it lives. A task waits for its first
 * rendering as long as it takes; a running one is never stopped because data is away.
 */
public final class TemplateHook implements TaskHook {
    private static final Duration LOOK_FOR_STOP_EVERY = Duration.ofMillis(200);
    private static final String FAILED = "Template Failure";

    private final Loop loop;
    private final DataReader reader;
    private final SecretReader secrets;
    private final FilesOfTasks files;
    private final Environments environments;
    private final Supplier<TemplateSettings> settings;
    private final ConcurrentHashMap<Key, TaskTemplates> live = new ConcurrentHashMap<>();

    private record Key(String allocation, String task) {
        static Key of(TaskSite site) {
            return new Key(
                    site.surroundings().allocation().id().value(), site.task().name());
        }
    }

    /** Makes the environment that templates see. */
    @FunctionalInterface
    public interface Environments {
        TaskEnvironment of(TaskSite site) throws Failure;
    }

    public TemplateHook(
            Loop loop,
            DataReader reader,
            SecretReader secrets,
            FilesOfTasks files,
            Environments environments,
            Supplier<TemplateSettings> settings) {
        this.loop = loop;
        this.reader = reader;
        this.secrets = secrets;
        this.files = files;
        this.environments = environments;
        this.settings = settings;
    }

    @Override
    public String name() {
        return "templates";
    }

    @Override
    public Prepared prepare(TaskSite site) throws Failure, InterruptedException {
        if (site.task().templates().isEmpty()) {
            return Prepared.once();
        }
        var templates = live(site);
        while (!templates.awaitReady(LOOK_FOR_STOP_EVERY)) {
            if (site.control().awaitStop(Duration.ZERO)) {
                return Prepared.eachTime();
            }
        }
        return new Prepared(false, templates.variables());
    }

    @Override
    public void running(TaskSite site) throws Failure {
        if (!site.task().templates().isEmpty()) {
            live(site).started();
        }
    }

    @Override
    public void release(TaskSite site) {
        Optional.ofNullable(live.remove(Key.of(site))).ifPresent(TaskTemplates::close);
    }

    /** The templates of a task, which go on when it starts again. */
    private TaskTemplates live(TaskSite site) throws Failure {
        var there = live.get(Key.of(site));
        if (there != null) {
            return there;
        }
        var made = make(site);
        live.put(Key.of(site), made);
        made.begin();
        return made;
    }

    private TaskTemplates make(TaskSite site) throws Failure {
        var environment = environments.of(site);
        var taskFiles = files.of(site);
        var baselines = new Baselines(site.directories().driverState().getParent());
        List<Standing> standings = new ArrayList<>();
        for (var block : site.task().templates()) {
            try {
                var blueprint = Blueprint.of(
                        block,
                        environment.text(block.source()),
                        environment.text(block.destination()),
                        taskFiles,
                        settings.get());
                standings.add(standing(blueprint, standings.size(), taskFiles, baselines));
            } catch (Blueprint.UnusableException unusable) {
                throw new Failure(FAILED, String.valueOf(unusable.getMessage()), false, unusable);
            } catch (IOException disk) {
                throw new Failure(FAILED, String.valueOf(disk.getMessage()), true, disk);
            }
        }
        return new TaskTemplates(
                loop,
                reader,
                secrets,
                site,
                new TaskTemplates.Workshop(taskFiles, baselines, environment.variables()),
                standings);
    }

    /** Where an earlier agent left off, if what it wrote is still there. */
    private static Standing standing(Blueprint blueprint, int index, TaskFiles files, Baselines baselines)
            throws IOException {
        var hash = baselines.read(index);
        if (hash.isEmpty() || !files.exists(blueprint.place())) {
            return new Standing(blueprint, Optional.empty(), Optional.empty());
        }
        if (!blueprint.block().environment()) {
            return new Standing(blueprint, hash, Optional.empty());
        }
        try {
            Optional<SortedMap<String, String>> variables = Optional.of(DotEnv.read(files.read(blueprint.place())));
            return new Standing(blueprint, hash, variables);
        } catch (DotEnv.MalformedException changedByTask) {
            return new Standing(blueprint, Optional.empty(), Optional.of(Collections.emptySortedMap()));
        }
    }
}
