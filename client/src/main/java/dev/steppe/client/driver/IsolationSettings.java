package dev.steppe.client.driver;

import dev.steppe.client.settings.ExecSettings;
import dev.steppe.io.linux.Capability;
import dev.steppe.io.process.Isolation;
import dev.steppe.model.specification.ConfigKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a node isolates the tasks of a driver: what they see of the machine, and which capabilities they may ask for.
 *
 * @param visible files and directories of the machine and where tasks see them, read-only
 * @param hidden directories tasks never see, even below a visible one
 * @param allowedCapabilities what a task may have at most
 * @param pivoting false on machines whose root cannot be exchanged, such as those that run from an initial memory disk
 */
public record IsolationSettings(
        SortedMap<Path, Path> visible,
        List<Path> hidden,
        Set<Capability> allowedCapabilities,
        Sharing processes,
        Sharing memory,
        boolean pivoting) {
    private static final List<String> VISIBLE = List.of(
            "/bin", "/etc", "/lib", "/lib32", "/lib64", "/run/resolvconf", "/run/systemd/resolve", "/sbin", "/usr");
    private static final Set<Capability> USUAL = Collections.unmodifiableSet(EnumSet.of(
            Capability.AUDIT_WRITE,
            Capability.CHOWN,
            Capability.DAC_OVERRIDE,
            Capability.FOWNER,
            Capability.FSETID,
            Capability.KILL,
            Capability.MKNOD,
            Capability.NET_BIND_SERVICE,
            Capability.SETFCAP,
            Capability.SETGID,
            Capability.SETPCAP,
            Capability.SETUID,
            Capability.SYS_CHROOT));
    private static final String ALL = "all";

    /** Whether tasks have something of their own or share the machine's. */
    public enum Sharing {
        PRIVATE,
        HOST;

        static Optional<Sharing> parse(String text) {
            return switch (text) {
                case "private" -> Optional.of(PRIVATE);
                case "host" -> Optional.of(HOST);
                default -> Optional.empty();
            };
        }
    }

    public IsolationSettings {
        visible = Collections.unmodifiableSortedMap(new TreeMap<>(visible));
        hidden = List.copyOf(hidden);
        allowedCapabilities = Set.copyOf(allowedCapabilities);
    }

    /** The system directories visible, everything of a task's own, the capabilities container engines allow but raw sockets. */
    public static IsolationSettings standard() {
        var visible = new TreeMap<Path, Path>();
        VISIBLE.forEach(path -> visible.put(Path.of(path), Path.of(path)));
        return new IsolationSettings(visible, List.of(), USUAL, Sharing.PRIVATE, Sharing.PRIVATE, true);
    }

    /** As configured: {@code plugin "exec"}, and {@code client.chroot_env} unless it is empty. */
    public static IsolationSettings of(ExecSettings settings, SortedMap<String, String> chroot) {
        var standard = standard();
        var visible = new TreeMap<Path, Path>();
        chroot.forEach((source, target) ->
                visible.put(Path.of(source), Path.of("/").resolve(target).normalize()));
        var allowed = EnumSet.noneOf(Capability.class);
        settings.allowCapabilities().forEach(name -> allowed.addAll(capabilities(name)));
        return new IsolationSettings(
                visible.isEmpty() ? standard.visible() : visible,
                List.of(),
                settings.allowCapabilities().isEmpty() ? USUAL : allowed,
                settings.hostProcesses() ? Sharing.HOST : Sharing.PRIVATE,
                settings.hostIpc() ? Sharing.HOST : Sharing.PRIVATE,
                !settings.noPivotRoot());
    }

    /** The same with directories tasks never see: the agent's own. */
    public IsolationSettings hiding(List<Path> directories) {
        return new IsolationSettings(visible, directories, allowedCapabilities, processes, memory, pivoting);
    }

    /** What is wrong with the part of a task's config that is about isolation. */
    List<String> problems(String driver, SortedMap<String, Object> config) {
        var problems = new ArrayList<String>();
        for (String key : List.of("pid_mode", "ipc_mode")) {
            var mode = ConfigKeys.text(config, key);
            if (!mode.isEmpty() && Sharing.parse(mode).isEmpty()) {
                problems.add("config key \"" + key + "\" must be \"private\" or \"host\", not \"" + mode + "\"");
            }
        }
        for (String key : List.of("cap_add", "cap_drop")) {
            for (String name : ConfigKeys.texts(config, key)) {
                var capability = Capability.parse(name);
                if (capability.isEmpty() && !name.equalsIgnoreCase(ALL)) {
                    problems.add("config key \"" + key + "\": there is no capability \"" + name + "\"");
                } else if (key.equals("cap_add")
                        && capability.isPresent()
                        && !allowedCapabilities.contains(capability.get())) {
                    problems.add(
                            "capability \"" + name + "\" is refused on this node; remove it from cap_add, or allow it"
                                    + " in the node's configuration: plugin \"" + driver
                                    + "\" { config { allow_caps = [...] } }");
                }
            }
        }
        return problems;
    }

    /** True when tasks see the file or directory of the machine at its own path. */
    boolean shows(Path path) {
        return visible.entrySet().stream()
                .anyMatch(view -> view.getKey().equals(view.getValue()) && path.startsWith(view.getKey()));
    }

    /** The view of a task, with further files of the machine it needs. */
    Isolation of(TaskContext task, boolean asRoot, List<Isolation.View> needed) throws IOException {
        var views = new ArrayList<Isolation.View>();
        visible.forEach((source, target) -> {
            if (Files.exists(source)) {
                views.add(Isolation.View.readOnly(source, target));
            }
        });
        for (Isolation.View each : needed) {
            if (views.stream().noneMatch(view -> each.target().startsWith(view.target()))) {
                views.add(each);
            }
        }
        var own = own(task.directories());
        views.addAll(own);
        for (TaskVolume volume : task.volumes()) {
            requireFree(volume.target(), own);
            views.add(new Isolation.View(volume.source(), volume.target(), !volume.readOnly()));
        }
        var root = task.directories().driverState().resolveSibling("root");
        Files.createDirectories(root);
        return new Isolation(
                root,
                views,
                hidden,
                Sharing.parse(ConfigKeys.text(task.config(), "pid_mode")).orElse(processes) == Sharing.PRIVATE,
                Sharing.parse(ConfigKeys.text(task.config(), "ipc_mode")).orElse(memory) == Sharing.PRIVATE,
                capabilities(task.config(), asRoot),
                pivoting);
    }

    /** A volume there would hide what is the task's own, or be hidden by it. */
    private static void requireFree(Path target, List<Isolation.View> own) throws IOException {
        for (Isolation.View view : own) {
            if (target.startsWith(view.target())) {
                throw new IOException("a volume cannot be shown at " + target + ", since the task has " + view.target()
                        + " of its own; choose a place beside it");
            }
        }
    }

    /** The task's own directories at the root, as job files know them, and whatever else lies beside them. */
    private static List<Isolation.View> own(TaskDirectories directories) throws IOException {
        var views = new ArrayList<Isolation.View>();
        views.add(Isolation.View.writable(directories.shared(), Path.of("/alloc")));
        try (var entries = Files.newDirectoryStream(directories.task())) {
            for (Path entry : entries) {
                if (!directories.driverState().startsWith(entry) && !Files.isSymbolicLink(entry)) {
                    views.add(Isolation.View.writable(entry, Path.of("/").resolve(entry.getFileName())));
                }
            }
        }
        return views;
    }

    /** A user has none but what it asks for; root has what is usual, since it has nothing else to be root for. */
    private Set<Capability> capabilities(SortedMap<String, Object> config, boolean asRoot) {
        var kept = EnumSet.noneOf(Capability.class);
        if (asRoot) {
            kept.addAll(USUAL);
        }
        kept.removeAll(named(config, "cap_drop"));
        kept.addAll(named(config, "cap_add"));
        kept.retainAll(allowedCapabilities);
        return kept;
    }

    private static Set<Capability> named(SortedMap<String, Object> config, String key) {
        var found = EnumSet.noneOf(Capability.class);
        ConfigKeys.texts(config, key).forEach(name -> found.addAll(capabilities(name)));
        return found;
    }

    private static Set<Capability> capabilities(String name) {
        return name.equalsIgnoreCase(ALL)
                ? EnumSet.allOf(Capability.class)
                : EnumSet.of(Capability.parse(name)
                        .orElseThrow(() -> new IllegalArgumentException("there is no capability \"" + name + "\"")));
    }

    /** Finds a program by what the task will see; the refusal lists every place that was looked at. */
    static Path program(String command, TaskContext task, Isolation isolation) throws DriverException {
        var places = ProgramPath.candidates(command, List.of(Path.of("/local"), Path.of("/")), task.environment());
        for (Path place : places) {
            var source = sourceOf(place, isolation);
            if (source.filter(Files::isRegularFile).isPresent()) {
                if (Files.isExecutable(source.get())) {
                    return place;
                }
                throw DriverException.refused(place + " is not executable: set its mode to 0755");
            }
        }
        throw DriverException.refused("command \"" + command + "\" was not found in "
                + String.join(", ", places.stream().map(Path::toString).toList())
                + ", as the task sees the machine");
    }

    private static Optional<Path> sourceOf(Path place, Isolation isolation) {
        Optional<Isolation.View> nearest = Optional.empty();
        for (Isolation.View view : isolation.views()) {
            if (place.startsWith(view.target())
                    && nearest.filter(it ->
                                    it.target().getNameCount() > view.target().getNameCount())
                            .isEmpty()) {
                nearest = Optional.of(view);
            }
        }
        return nearest.map(view -> place.equals(view.target())
                ? view.source()
                : view.source().resolve(view.target().relativize(place)));
    }
}
