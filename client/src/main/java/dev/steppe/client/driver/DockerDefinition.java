package dev.steppe.client.driver;

import dev.steppe.model.PortMapping;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a docker task's config means to the daemon. Pure. */
final class DockerDefinition {
    static final ConfigKeys KEYS = new ConfigKeys()
            .require("image", ConfigKeys.Form.TEXT)
            .with("command", ConfigKeys.Form.TEXT)
            .with("args", ConfigKeys.Form.TEXTS)
            .with("entrypoint", ConfigKeys.Form.TEXTS)
            .with("ports", ConfigKeys.Form.TEXTS)
            .with("volumes", ConfigKeys.Form.TEXTS)
            .with("network_mode", ConfigKeys.Form.TEXT)
            .with("labels", ConfigKeys.Form.TEXT_MAP)
            .with("hostname", ConfigKeys.Form.TEXT)
            .with("work_dir", ConfigKeys.Form.TEXT)
            .with("cap_add", ConfigKeys.Form.TEXTS)
            .with("cap_drop", ConfigKeys.Form.TEXTS)
            .with("privileged", ConfigKeys.Form.BOOLEAN)
            .with("readonly_rootfs", ConfigKeys.Form.BOOLEAN)
            .with("force_pull", ConfigKeys.Form.BOOLEAN)
            .with("load", ConfigKeys.Form.TEXT)
            .with("auth", ConfigKeys.Form.TEXT_MAP)
            .with("init", ConfigKeys.Form.BOOLEAN)
            .with("extra_hosts", ConfigKeys.Form.TEXTS)
            .with("pids_limit", ConfigKeys.Form.NUMBER)
            .with("shm_size", ConfigKeys.Form.NUMBER);

    /** What Docker itself gives every container, and more may not be asked for. */
    private static final List<String> CAPABILITIES = List.of(
            "audit_write",
            "chown",
            "dac_override",
            "fowner",
            "fsetid",
            "kill",
            "mknod",
            "net_bind_service",
            "setfcap",
            "setgid",
            "setpcap",
            "setuid",
            "sys_chroot");

    private static final long MEGABYTE = 1 << 20;
    private static final long PIDS_MAX = 32_768;
    // What the daemon keeps while no agent copies; beyond it the oldest lines of a very chatty task are lost.
    private static final Map<String, Object> LOGS =
            Map.of("Type", "json-file", "Config", Map.of("max-size", "100m", "max-file", "3"));

    private DockerDefinition() {}

    static List<String> problems(SortedMap<String, Object> config, DockerSettings settings) {
        var problems = new ArrayList<>(KEYS.problems(config));
        if (ConfigKeys.flag(config, "privileged") && !settings.allowPrivileged()) {
            problems.add(
                    "config key \"privileged\" is refused: this node runs no privileged containers; allow them with"
                            + " plugin \"docker\" { config { allow_privileged = true } }");
        }
        for (String capability : ConfigKeys.texts(config, "cap_add")) {
            var name = capability.toLowerCase(java.util.Locale.ROOT).replaceFirst("^cap_", "");
            if (!CAPABILITIES.contains(name) && !settings.allowPrivileged()) {
                problems.add("config key \"cap_add\" asks for \"" + capability
                        + "\", which this node does not give; allowed" + " are " + String.join(", ", CAPABILITIES));
            }
        }
        for (String volume : ConfigKeys.texts(config, "volumes")) {
            volumeProblem(volume, settings).ifPresent(problems::add);
        }
        return problems;
    }

    private static Optional<String> volumeProblem(String volume, DockerSettings settings) {
        var parts = volume.split(":", -1);
        if (parts.length < 2 || parts.length > 3 || !parts[1].startsWith("/")) {
            return Optional.of("volume \"" + volume + "\" must have the form source:/target or source:/target:ro");
        }
        var source = Path.of(parts[0]);
        boolean inside = !source.isAbsolute() && !source.normalize().startsWith("..");
        return inside || settings.volumesEnabled()
                ? Optional.empty()
                : Optional.of(
                        "volume \"" + volume + "\" is refused: paths of the machine are not given to containers on this"
                                + " node; use a path below the task's directory, or allow them with plugin \"docker\" { config {"
                                + " volumes { enabled = true } } }");
    }

    static Map<String, Object> of(TaskContext task, DockerSettings settings) throws DriverException {
        var config = task.config();
        var definition = new TreeMap<String, Object>();
        definition.put("Image", ConfigKeys.text(config, "image"));
        definition.put("Cmd", command(config));
        definition.put("Entrypoint", ConfigKeys.texts(config, "entrypoint"));
        definition.put("Env", environment(task.environment()));
        definition.put("WorkingDir", ConfigKeys.text(config, "work_dir"));
        definition.put("User", task.user().orElse(""));
        var labels = new TreeMap<String, String>(ConfigKeys.textMap(config, "labels"));
        labels.putAll(settings.labels(task.allocation()));
        labels.put("dev.steppe.task", task.taskName());
        definition.put("Labels", labels);
        var ports = ports(task);
        var exposed = new TreeMap<String, Object>();
        ports.keySet().forEach(port -> exposed.put(port, Collections.emptySortedMap()));
        definition.put("ExposedPorts", exposed);
        definition.put("HostConfig", host(task, ports));
        if (config.containsKey("hostname")) {
            definition.put("Hostname", ConfigKeys.text(config, "hostname"));
        }
        return definition;
    }

    private static Map<String, Object> host(TaskContext task, SortedMap<String, Object> ports) throws DriverException {
        var config = task.config();
        long memoryBytes = task.resources().memoryMaxMb() * MEGABYTE;
        var host = new TreeMap<String, Object>();
        host.put("NetworkMode", networkMode(task));
        host.put("Binds", binds(task));
        host.put("Mounts", mounts(task));
        host.put("PortBindings", ports);
        host.put("Memory", memoryBytes);
        host.put("MemorySwap", memoryBytes);
        host.put("CpuShares", Math.clamp(task.resources().cpuMhz(), 2, 262_144));
        host.put("PidsLimit", config.containsKey("pids_limit") ? number(config, "pids_limit") : PIDS_MAX);
        host.put("CapAdd", ConfigKeys.texts(config, "cap_add"));
        host.put("CapDrop", ConfigKeys.texts(config, "cap_drop"));
        host.put("Privileged", ConfigKeys.flag(config, "privileged"));
        host.put("ReadonlyRootfs", ConfigKeys.flag(config, "readonly_rootfs"));
        host.put("ExtraHosts", ConfigKeys.texts(config, "extra_hosts"));
        host.put("Init", ConfigKeys.flag(config, "init"));
        host.put("LogConfig", LOGS);
        if (!ConfigKeys.flag(config, "privileged")) {
            host.put("SecurityOpt", List.of("no-new-privileges"));
        }
        if (config.containsKey("shm_size")) {
            host.put("ShmSize", number(config, "shm_size"));
        }
        return host;
    }

    private static List<String> command(SortedMap<String, Object> config) {
        var words = new ArrayList<String>();
        if (config.containsKey("command")) {
            words.add(ConfigKeys.text(config, "command"));
        }
        words.addAll(ConfigKeys.texts(config, "args"));
        return words;
    }

    private static List<String> environment(SortedMap<String, String> environment) {
        return environment.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .toList();
    }

    /** A group with a network of its own wins over the task's wish. */
    private static String networkMode(TaskContext task) throws DriverException {
        var wish = ConfigKeys.text(task.config(), "network_mode");
        if (task.network().isEmpty()) {
            return wish.isEmpty() ? "default" : wish;
        }
        if (!wish.isEmpty()) {
            throw DriverException.refused(
                    "config key \"network_mode\" is refused in a group with network mode bridge: the"
                            + " group's network is used");
        }
        return "container:"
                + task.network()
                        .get()
                        .pauseContainer()
                        .orElseThrow(() -> DriverException.refused(
                                "the group's network has no pause container, which a docker task needs to join it"));
    }

    private static List<String> binds(TaskContext task) {
        var directories = task.directories();
        var binds = new ArrayList<>(List.of(
                directories.shared() + ":/alloc",
                directories.local() + ":/local",
                directories.secrets() + ":/secrets"));
        task.network().ifPresent(network -> {
            binds.add(network.resolvConf() + ":/etc/resolv.conf:ro");
            network.hosts().ifPresent(hosts -> binds.add(hosts + ":/etc/hosts:ro"));
        });
        for (String volume : ConfigKeys.texts(task.config(), "volumes")) {
            int colon = volume.indexOf(':');
            binds.add(directories.task().resolve(volume.substring(0, colon)).normalize() + volume.substring(colon));
        }
        return binds;
    }

    /** Unlike a bind this fails when the directory is gone, rather than making an empty one. */
    private static List<Object> mounts(TaskContext task) {
        var mounts = new ArrayList<Object>();
        for (TaskVolume volume : task.volumes()) {
            mounts.add(new TreeMap<>(Map.of(
                    "Type",
                    "bind",
                    "Source",
                    volume.source().toString(),
                    "Target",
                    volume.target().toString(),
                    "ReadOnly",
                    volume.readOnly())));
        }
        return mounts;
    }

    /** In a group with a network of its own the group publishes the ports. */
    private static SortedMap<String, Object> ports(TaskContext task) throws DriverException {
        var bindings = new TreeMap<String, Object>();
        for (String label : ConfigKeys.texts(task.config(), "ports")) {
            var mapping = task.ports().stream()
                    .filter(port -> port.label().equals(label))
                    .findFirst()
                    .orElseThrow(() -> DriverException.refused("config key \"ports\" names \"" + label
                            + "\", but the group's network has no port of that label"));
            if (task.network().isEmpty()) {
                publish(mapping, bindings);
            }
        }
        return bindings;
    }

    private static void publish(PortMapping mapping, SortedMap<String, Object> bindings) {
        int inside = mapping.to() > 0 ? mapping.to() : mapping.value();
        for (String protocol : List.of("tcp", "udp")) {
            bindings.put(
                    inside + "/" + protocol,
                    List.of(Map.of("HostIp", mapping.hostIp(), "HostPort", Integer.toString(mapping.value()))));
        }
    }

    private static long number(SortedMap<String, Object> config, String key) {
        return (long) Double.parseDouble(ConfigKeys.text(config, key));
    }
}
