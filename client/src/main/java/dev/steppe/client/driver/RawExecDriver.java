package dev.steppe.client.driver;

import dev.steppe.model.specification.ConfigKeys;
import dev.steppe.model.specification.DriverKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Runs a program of the machine as it is, without a file system of its own. A node has to opt in, since such a task sees
 * all of the machine its user may see.
 */
public final class RawExecDriver extends ProcessDriver {
    private final Settings settings;

    public RawExecDriver(ProcessTasks tasks, Settings settings) {
        super(tasks);
        this.settings = settings;
    }

    /** What the node's configuration says about this driver; variables are named with {@code *} for any text. */
    public record Settings(boolean enabled, UserPolicy users, boolean controlGroups, List<String> deniedVariables) {
        public Settings {
            deniedVariables = List.copyOf(deniedVariables);
        }

        /** Off until somebody turns it on; tasks unprivileged. */
        public static Settings standard() {
            return new Settings(false, UserPolicy.unprivileged(), true, List.of());
        }

        /** On, as in development mode; tasks unprivileged. */
        public static Settings development() {
            return new Settings(true, UserPolicy.unprivileged(), true, List.of());
        }
    }

    @Override
    public String name() {
        return "raw_exec";
    }

    @Override
    public DriverFingerprint fingerprint() {
        if (!settings.enabled()) {
            return DriverFingerprint.absent(
                    "disabled: enable it in the node's configuration with plugin \"raw_exec\" { config { enabled = true } }");
        }
        return DriverFingerprint.healthy(new TreeMap<>(java.util.Map.of("driver.raw_exec", "1")));
    }

    @Override
    public List<String> validate(SortedMap<String, Object> config) {
        return DriverKeys.RAW_EXEC.problems(config);
    }

    @Override
    public DriverHandle start(TaskContext task) throws DriverException {
        if (!settings.enabled()) {
            throw DriverException.refused("raw_exec is " + fingerprint().description());
        }
        ProcessTasks.refuse(name(), validate(task.config()));
        var command = new ArrayList<String>();
        command.add(ProgramPath.find(ConfigKeys.text(task.config(), "command"), task)
                .toString());
        command.addAll(ConfigKeys.texts(task.config(), "args"));
        return tasks().start(name(), withoutDenied(task), settings.users(), command, settings.controlGroups());
    }

    private TaskContext withoutDenied(TaskContext task) {
        var denied = new ArrayList<>(settings.deniedVariables());
        denied.addAll(ConfigKeys.texts(task.config(), "denied_envvars"));
        var environment = new TreeMap<>(task.environment());
        environment.keySet().removeIf(name -> denied.stream().anyMatch(pattern -> matches(pattern, name)));
        return task.withEnvironment(environment);
    }

    /** Patterns may hold {@code *} for any text. */
    private static boolean matches(String pattern, String name) {
        var quoted = new ArrayList<String>();
        for (String part : pattern.split("\\*", -1)) {
            quoted.add(java.util.regex.Pattern.quote(part));
        }
        return name.matches(String.join(".*", quoted));
    }
}
