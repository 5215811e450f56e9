package dev.steppe.client.driver;

import dev.steppe.io.process.Isolation;
import dev.steppe.model.JavaChoice;
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
import java.util.stream.Collectors;

/**
 * Runs a jar or a class on a Java installation of the machine, in a view of its own where the agent is root. The heap follows the task's memory unless the task sets it
 * itself. A task may choose among several installations.
 */
public final class JavaDriver extends ProcessDriver {
    // The rest is for metaspace, code, threads and direct buffers.
    private static final int HEAP_PERCENT = 75;
    private static final List<String> HEAP_OPTIONS = List.of("-Xmx", "-XX:MaxHeapSize", "-XX:MaxRAMPercentage");

    private final Settings settings;

    public JavaDriver(ProcessTasks tasks, Settings settings) {
        super(tasks);
        this.settings = settings;
    }

    /**
     * What the node's configuration says about this driver: an installation to use instead of the one that is found, and
     * as whom and in which view tasks run. The search uses the given values of JAVA_HOME and PATH.
     */
    public record Settings(
            Optional<Path> javaHome,
            UserPolicy users,
            IsolationSettings isolation,
            String environmentJavaHome,
            String environmentPath) {
        /** Finds Java by this process's environment; tasks unprivileged. */
        public static Settings standard() {
            var environment = System.getenv();
            return new Settings(
                    Optional.empty(),
                    UserPolicy.unprivileged(),
                    IsolationSettings.standard(),
                    environment.getOrDefault("JAVA_HOME", ""),
                    environment.getOrDefault("PATH", ""));
        }
    }

    @Override
    public String name() {
        return "java";
    }

    @Override
    public DriverFingerprint fingerprint() {
        var homes = homes();
        if (homes.isEmpty()) {
            return DriverFingerprint.absent("no Java installation found: install a JRE, or name one in the node's"
                    + " configuration: plugin \"java\" { config { java_home = \"/path\" } }");
        }
        var usual = homes.getFirst();
        var attributes = new TreeMap<>(Map.of(
                "driver.java",
                "1",
                "driver.java.version",
                usual.version(),
                "driver.java.runtime",
                usual.runtime(),
                "driver.java.vm",
                usual.directory().toString(),
                JavaChoice.ATTRIBUTE,
                versions(homes)));
        homes.forEach(home -> attributes.put(
                "driver.java.home." + home.version(), home.directory().toString()));
        return DriverFingerprint.healthy(attributes);
    }

    private static String versions(List<JavaHomes.Home> homes) {
        return homes.stream().map(JavaHomes.Home::version).collect(Collectors.joining(","));
    }

    /** Isolated where that is possible. */
    @Override
    public TaskView view(TaskDirectories directories) {
        return tasks().isolationImpossible().isPresent() ? super.view(directories) : TaskView.isolated();
    }

    @Override
    public List<String> validate(SortedMap<String, Object> config) {
        var problems = new ArrayList<>(DriverKeys.JAVA.problems(config));
        problems.addAll(settings.isolation().problems(name(), config));
        if (!config.containsKey("jar_path") && !config.containsKey("class")) {
            problems.add("config needs \"jar_path\" or \"class\"");
        }
        if (config.containsKey("jar_path") && config.containsKey("class")) {
            problems.add(
                    "config has both \"jar_path\" and \"class\": choose one (a jar for the class goes to \"class_path\")");
        }
        JavaChoice.of(config).flatMap(JavaChoice::problem).ifPresent(problems::add);
        return problems;
    }

    @Override
    public DriverHandle start(TaskContext task) throws DriverException {
        ProcessTasks.refuse(name(), validate(task.config()));
        var found = home(JavaChoice.of(task.config()));
        var command = new ArrayList<String>();
        command.add(found.program().toString());
        if (tasks().isolationImpossible().isPresent()) {
            command.addAll(arguments(task));
            return startAsItIs(task, command);
        }
        var program = ShownProgram.of(task.config(), settings.isolation());
        command.addAll(arguments(task.withConfig(program.config())));
        var needed = new ArrayList<>(program.shown());
        needed.add(Isolation.View.readOnly(found.directory(), found.directory()));
        return startIsolated(task, command, needed);
    }

    private DriverHandle startIsolated(TaskContext task, List<String> command, List<Isolation.View> needed)
            throws DriverException {
        var account = ProcessTasks.account(name(), task, settings.users());
        try {
            var isolation = settings.isolation()
                    .of(task, account.filter(user -> user.uid() != 0).isEmpty(), needed);
            var directory = Path.of("/").resolve(ConfigKeys.text(task.config(), "work_dir"));
            return tasks().start(
                            name(),
                            task,
                            new ProcessTasks.Start(command, directory, account, Optional.of(isolation), true));
        } catch (IOException disk) {
            throw DriverException.failed("the view of task " + task.taskName() + " cannot be prepared", disk);
        }
    }

    private DriverHandle startAsItIs(TaskContext task, List<String> command) throws DriverException {
        for (String key : DriverKeys.ISOLATION) {
            if (task.config().containsKey(key)) {
                throw DriverException.refused("config key \"" + key + "\" "
                        + tasks().isolationImpossible().orElseThrow() + "; or remove it");
            }
        }
        return tasks().start(name(), task, settings.users(), command, true);
    }

    static List<String> arguments(TaskContext task) {
        var config = task.config();
        var options = ConfigKeys.texts(config, "jvm_options");
        var words = new ArrayList<String>();
        if (options.stream().noneMatch(option -> HEAP_OPTIONS.stream().anyMatch(option::startsWith))) {
            words.add("-Xmx" + Math.max(4, task.resources().memoryMaxMb() * HEAP_PERCENT / 100) + "m");
        }
        words.addAll(options);
        if (config.containsKey("class_path")) {
            words.addAll(List.of("-cp", ConfigKeys.text(config, "class_path")));
        }
        if (config.containsKey("jar_path")) {
            words.addAll(List.of("-jar", ConfigKeys.text(config, "jar_path")));
        } else {
            words.add(ConfigKeys.text(config, "class"));
        }
        words.addAll(ConfigKeys.texts(config, "args"));
        return words;
    }

    private JavaHomes.Home home(Optional<JavaChoice> wish) throws DriverException {
        var homes = homes();
        if (homes.isEmpty()) {
            throw DriverException.failed(fingerprint().description());
        }
        return JavaHomes.choose(homes, wish)
                .orElseThrow(() -> DriverException.failed("config key \"" + JavaChoice.KEY + "\" asks for Java "
                        + wish.get().version() + ", and this node has " + versions(homes)
                        + ": install it below /usr/lib/jvm, or ask for another"));
    }

    private List<JavaHomes.Home> homes() {
        return JavaHomes.all(settings.javaHome(), settings.environmentJavaHome(), settings.environmentPath());
    }
}
