package dev.steppe.client.driver;

import dev.steppe.client.settings.ContainerSettings;
import dev.steppe.model.specification.ConfigKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a docker task's config means to the engine. The config was accepted by {@link DockerRules} before. */
final class DockerDefinition {
    static final String TASK_LABEL = "dev.steppe.task";

    private static final long MEGABYTE = 1 << 20;
    private static final long PIDS_MAX = 32_768;
    private static final long PERIOD_MICROS = 100_000;
    private static final String SECCOMP = "seccomp";
    // What the daemon keeps while no agent copies; beyond it the oldest lines of a very chatty task are lost.
    private static final ContainerSettings.Logging LOGS =
            new ContainerSettings.Logging("json-file", new TreeMap<>(Map.of("max-size", "100m", "max-file", "3")));
    /** What {@code extra_labels} may name, and the variable that tells it. */
    private static final SortedMap<String, String> FACTS = Collections.unmodifiableSortedMap(new TreeMap<>(Map.of(
            "job_name", "NOMAD_JOB_NAME",
            "job_id", "NOMAD_JOB_ID",
            "task_group_name", "NOMAD_GROUP_NAME",
            "task_name", "NOMAD_TASK_NAME",
            "namespace", "NOMAD_NAMESPACE")));

    private static final String LABEL = "com.hashicorp.nomad.";
    /** What tasks are told of the NVIDIA devices that they have. */
    private static final String GRAPHICS = "NVIDIA_VISIBLE_DEVICES";

    private final TaskContext task;
    private final SortedMap<String, Object> config;
    private final DockerSettings settings;
    private final DockerMounts mounts;
    private final DockerNetworks networks;

    private DockerDefinition(TaskContext task, DockerSettings settings) {
        this.task = task;
        this.config = task.config();
        this.settings = settings;
        this.mounts = new DockerMounts(task, settings);
        this.networks = new DockerNetworks(task);
    }

    static Map<String, Object> of(TaskContext task, DockerSettings settings) throws DriverException {
        return new DockerDefinition(task, settings).container();
    }

    private Map<String, Object> container() throws DriverException {
        networks.check();
        var definition = new TreeMap<String, Object>();
        definition.put("Image", ConfigKeys.text(config, "image"));
        definition.put("Cmd", command());
        definition.put("Entrypoint", ConfigKeys.texts(config, "entrypoint"));
        definition.put("Env", networks.environment());
        definition.put("WorkingDir", ConfigKeys.text(config, "work_dir"));
        definition.put("User", task.user().orElse(""));
        definition.put("Tty", ConfigKeys.flag(config, "tty"));
        definition.put("OpenStdin", ConfigKeys.flag(config, "interactive"));
        definition.put("Labels", labels());
        var ports = networks.ports();
        var exposed = new TreeMap<String, Object>();
        ports.keySet().forEach(port -> exposed.put(port, Collections.emptySortedMap()));
        definition.put("ExposedPorts", exposed);
        definition.put("NetworkingConfig", networks.place());
        put(definition, "MacAddress", "mac_address");
        put(definition, "Hostname", "hostname");
        if (ConfigKeys.flag(ConfigKeys.block(config, "healthchecks"), "disable")) {
            definition.put("Healthcheck", Map.of("Test", List.of("NONE")));
        }
        definition.put("HostConfig", host(ports));
        return definition;
    }

    private Map<String, Object> host(SortedMap<String, Object> ports) throws DriverException {
        var host = new TreeMap<String, Object>();
        host.put("NetworkMode", networks.mode());
        host.put("PortBindings", ports);
        networks.names(host);
        host.put("Binds", mounts.binds(networks.binds()));
        host.put("Mounts", mounts.mounts());
        host.put("Devices", DockerMounts.devices(config));
        limits(host);
        privileges(host);
        host.put("ReadonlyRootfs", ConfigKeys.flag(config, "readonly_rootfs"));
        host.put("Init", ConfigKeys.flag(config, "init"));
        var logging = logging(config, settings.containers());
        host.put("LogConfig", Map.of("Type", logging.type(), "Config", logging.options()));
        host.put("Sysctls", ConfigKeys.textMap(config, "sysctl"));
        host.put("StorageOpt", ConfigKeys.textMap(config, "storage_opt"));
        put(host, "VolumeDriver", "volume_driver");
        put(host, "Runtime", "runtime");
        if (task.environment().containsKey(GRAPHICS)
                && !config.containsKey("runtime")
                && !settings.containers().graphicsRuntime().isEmpty()) {
            host.put("Runtime", settings.containers().graphicsRuntime());
        }
        return host;
    }

    private void limits(SortedMap<String, Object> host) {
        long softBytes = task.resources().memoryMb() * MEGABYTE;
        long hardBytes = Math.max(
                task.resources().memoryMaxMb() * MEGABYTE,
                config.containsKey("memory_hard_limit")
                        ? ConfigKeys.number(config, "memory_hard_limit") * MEGABYTE
                        : 0);
        host.put("Memory", hardBytes);
        host.put("MemorySwap", hardBytes);
        if (hardBytes > softBytes) {
            host.put("MemoryReservation", softBytes);
        }
        host.put("CpuShares", Math.clamp(task.resources().cpuMhz(), 2, 262_144));
        if (ConfigKeys.flag(config, "cpu_hard_limit")) {
            long period =
                    config.containsKey("cpu_cfs_period") ? ConfigKeys.number(config, "cpu_cfs_period") : PERIOD_MICROS;
            host.put("CpuPeriod", period);
            // Less than a millisecond is refused by the kernel.
            host.put("CpuQuota", Math.max(1000, (long) (task.resources().cores() * period)));
        }
        put(host, "CpusetCpus", "cpuset_cpus");
        if (!task.resources().ownCores().isEmpty()) {
            host.put("CpusetCpus", task.resources().ownCores());
        }
        host.put(
                "PidsLimit",
                config.containsKey("pids_limit")
                        ? ConfigKeys.number(config, "pids_limit")
                        : settings.containers().processesMax().orElse(PIDS_MAX));
        host.put(
                "OomScoreAdj",
                config.containsKey("oom_score_adj")
                        ? ConfigKeys.number(config, "oom_score_adj")
                        : settings.containers().oomScoreAdjustment());
        if (config.containsKey("shm_size")) {
            host.put("ShmSize", ConfigKeys.number(config, "shm_size"));
        }
        var ulimits = new ArrayList<Object>();
        ConfigKeys.textMap(config, "ulimit").forEach((name, value) -> {
            var ends = value.split(":", 2);
            ulimits.add(new TreeMap<>(Map.of(
                    "Name", name.toLowerCase(Locale.ROOT),
                    "Soft", Long.parseLong(ends[0]),
                    "Hard", Long.parseLong(ends[ends.length - 1]))));
        });
        host.put("Ulimits", ulimits);
    }

    private void privileges(SortedMap<String, Object> host) throws DriverException {
        boolean privileged = ConfigKeys.flag(config, "privileged");
        host.put("Privileged", privileged);
        if (!privileged) {
            var given = DockerCapabilities.of(config, settings.permissions());
            host.put("CapAdd", given);
            host.put("CapDrop", given.contains("ALL") ? ConfigKeys.texts(config, "cap_drop") : List.of("ALL"));
        }
        host.put("SecurityOpt", security(privileged));
        host.put("GroupAdd", ConfigKeys.texts(config, "group_add"));
        put(host, "IpcMode", "ipc_mode");
        put(host, "PidMode", "pid_mode");
        put(host, "UTSMode", "uts_mode");
        put(host, "UsernsMode", "userns_mode");
        put(host, "CgroupnsMode", "cgroupns");
    }

    /** A system call filter is given to the engine as its content, since the engine sees no files of ours. */
    private List<String> security(boolean privileged) throws DriverException {
        var options = new ArrayList<String>();
        for (String option : ConfigKeys.texts(config, "security_opt")) {
            var value = option.matches(SECCOMP + "[=:].+") ? option.substring(SECCOMP.length() + 1) : "";
            boolean isFile = !value.isEmpty() && !value.equals("unconfined") && !value.equals("builtin");
            options.add(isFile ? SECCOMP + "=" + filter(value) : option);
        }
        if (!privileged && options.stream().noneMatch(option -> option.startsWith("no-new-privileges"))) {
            options.add("no-new-privileges");
        }
        return options;
    }

    private String filter(String file) throws DriverException {
        if (Path.of(file).isAbsolute() && !settings.permissions().volumes()) {
            throw DriverException.refused("security_opt \"seccomp=" + file
                    + "\" is refused: paths of the machine are not read for tasks on this node; bring the file below"
                    + " the task's directory");
        }
        try {
            return Files.readString(mounts.source(file));
        } catch (IOException unreadable) {
            throw DriverException.refused(
                    "security_opt \"seccomp=" + file + "\": the file cannot be read: " + unreadable.getMessage());
        }
    }

    /** What the engine does with the output: as the task says, as the node says, or files that can be copied from. */
    static ContainerSettings.Logging logging(SortedMap<String, Object> config, ContainerSettings.Containers node) {
        var block = ConfigKeys.block(config, "logging");
        var type = ConfigKeys.text(block, block.containsKey("type") ? "type" : "driver");
        if (type.isEmpty()) {
            return node.logging().orElse(LOGS);
        }
        return new ContainerSettings.Logging(type, new TreeMap<>(ConfigKeys.textMap(block, "config")));
    }

    private SortedMap<String, String> labels() {
        var labels = new TreeMap<String, String>(ConfigKeys.textMap(config, "labels"));
        labels.put(LABEL + "alloc_id", task.allocation().value());
        FACTS.forEach((fact, variable) -> {
            boolean wanted = settings.containers().labels().stream()
                    .anyMatch(pattern -> pattern.endsWith("*")
                            ? fact.startsWith(pattern.substring(0, pattern.length() - 1))
                            : fact.equals(pattern));
            if (wanted) {
                labels.put(LABEL + fact, task.environment().getOrDefault(variable, ""));
            }
        });
        labels.putAll(settings.labels(task.allocation()));
        labels.put(TASK_LABEL, task.taskName());
        return labels;
    }

    private List<String> command() {
        var words = new ArrayList<String>();
        if (config.containsKey("command")) {
            words.add(ConfigKeys.text(config, "command"));
        }
        words.addAll(ConfigKeys.texts(config, "args"));
        return words;
    }

    private void put(SortedMap<String, Object> into, String name, String key) {
        if (config.containsKey(key)) {
            into.put(name, ConfigKeys.text(config, key));
        }
    }
}
