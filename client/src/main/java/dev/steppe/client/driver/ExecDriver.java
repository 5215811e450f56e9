package dev.steppe.client.driver;

import dev.steppe.model.specification.ConfigKeys;
import dev.steppe.model.specification.DriverKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Runs a program of the machine in a view of its own: the system directories unchangeable, its own directories, and nothing
 * else; no other processes, no capabilities, no dangerous system calls.
 */
public final class ExecDriver extends ProcessDriver {
    private final Settings settings;

    public ExecDriver(ProcessTasks tasks, Settings settings) {
        super(tasks);
        this.settings = settings;
    }

    /** What the node's configuration says about this driver. */
    public record Settings(UserPolicy users, IsolationSettings isolation) {
        /** Tasks unprivileged, with the usual view of the machine. */
        public static Settings standard() {
            return new Settings(UserPolicy.unprivileged(), IsolationSettings.standard());
        }
    }

    @Override
    public String name() {
        return "exec";
    }

    @Override
    public DriverFingerprint fingerprint() {
        return tasks().isolationImpossible()
                .map(DriverFingerprint::absent)
                .orElseGet(() -> DriverFingerprint.healthy(new TreeMap<>(Map.of("driver.exec", "1"))));
    }

    @Override
    public TaskView view(TaskDirectories directories) {
        return TaskView.isolated();
    }

    @Override
    public List<String> validate(SortedMap<String, Object> config) {
        var problems = new ArrayList<>(DriverKeys.EXEC.problems(config));
        problems.addAll(settings.isolation().problems(name(), config));
        return problems;
    }

    @Override
    public DriverHandle start(TaskContext task) throws DriverException {
        var impossible = tasks().isolationImpossible();
        if (impossible.isPresent()) {
            throw DriverException.refused("driver exec " + impossible.get());
        }
        ProcessTasks.refuse(name(), validate(task.config()));
        var account = ProcessTasks.account(name(), task, settings.users());
        try {
            var isolation = settings.isolation()
                    .of(task, account.filter(user -> user.uid() != 0).isEmpty(), List.of());
            var command = new ArrayList<String>();
            command.add(IsolationSettings.program(ConfigKeys.text(task.config(), "command"), task, isolation)
                    .toString());
            command.addAll(ConfigKeys.texts(task.config(), "args"));
            var directory = Path.of("/").resolve(ConfigKeys.text(task.config(), "work_dir"));
            return tasks().start(
                            name(),
                            task,
                            new ProcessTasks.Start(command, directory, account, Optional.of(isolation), true));
        } catch (IOException disk) {
            throw DriverException.failed("the view of task " + task.taskName() + " cannot be prepared", disk);
        }
    }
}
