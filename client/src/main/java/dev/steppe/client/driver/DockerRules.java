package dev.steppe.client.driver;

import dev.steppe.client.settings.ContainerSettings;
import dev.steppe.model.codec.CodecException;
import dev.steppe.model.codec.GoDuration;
import dev.steppe.model.specification.ConfigKeys;
import dev.steppe.model.specification.DriverKeys;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;

/** What a node does not give to containers, and what cannot be: each by name, with the remedy. Pure. */
final class DockerRules {
    private static final List<String> UNSAFE = List.of(
            "seccomp=unconfined",
            "seccomp:unconfined",
            "apparmor=unconfined",
            "apparmor:unconfined",
            "systempaths=unconfined",
            "label=disable",
            "label:disable",
            "no-new-privileges=false",
            "no-new-privileges:false");
    private static final String PRIVILEGED = "plugin \"docker\" { config { allow_privileged = true } }";
    private static final String VOLUMES = "plugin \"docker\" { config { volumes { enabled = true } } }";
    private static final String LIMIT = "[a-z]+";

    private final SortedMap<String, Object> config;
    private final ContainerSettings node;
    private final List<String> problems = new ArrayList<>();

    private DockerRules(SortedMap<String, Object> config, ContainerSettings node) {
        this.config = config;
        this.node = node;
    }

    /** Everything that is wrong with the config on this node; empty when it is accepted. */
    static List<String> problems(SortedMap<String, Object> config, DockerSettings settings) {
        var malformed = DriverKeys.DOCKER.problems(config);
        var rules = new DockerRules(config, settings.node());
        rules.problems.addAll(malformed);
        rules.privileges();
        rules.machine();
        if (malformed.isEmpty()) {
            rules.values();
            rules.mounts();
        }
        return List.copyOf(rules.problems);
    }

    private void refuse(boolean when, String message) {
        if (when) {
            problems.add(message);
        }
    }

    private void privileges() {
        boolean allowed = node.permissions().privileged();
        refuse(
                ConfigKeys.flag(config, "privileged") && !allowed,
                "config key \"privileged\" is refused: this node runs no privileged containers; allow them with "
                        + PRIVILEGED);
        for (String wanted : ConfigKeys.texts(config, "cap_add")) {
            refuse(
                    !DockerCapabilities.isAllowed(wanted, node.permissions()),
                    "config key \"cap_add\" asks for \"" + wanted + "\", which this node does not give; allowed are "
                            + String.join(", ", DockerCapabilities.allowed(node.permissions()))
                            + "; more with plugin \"docker\" { config { allow_caps = [...] } }");
        }
        for (String option : ConfigKeys.texts(config, "security_opt")) {
            refuse(
                    UNSAFE.contains(option) && !allowed,
                    "security_opt \"" + option + "\" is refused: it takes away what keeps the container apart; allow it"
                            + " with " + PRIVILEGED);
        }
        for (String kind : List.of("pid", "ipc", "uts", "userns")) {
            mode(kind, ConfigKeys.text(config, kind + "_mode"), allowed);
        }
    }

    private void mode(String kind, String mode, boolean privileged) {
        boolean shares = !List.of("", "none", "private", "shareable").contains(mode);
        boolean listed =
                node.permissions().modes().getOrDefault(kind, List.of()).contains(mode);
        refuse(
                shares && !privileged && !listed,
                "config key \"" + kind + "_mode\" = \"" + mode + "\" is refused: this node does not share its own;"
                        + " allow it with plugin \"docker\" { config { allowed_modes { " + kind + " = [\"" + mode
                        + "\"] } } }");
    }

    private void machine() {
        for (String volume : ConfigKeys.texts(config, "volumes")) {
            volumeProblem(volume).ifPresent(problems::add);
        }
        refuse(
                config.containsKey("volume_driver") && !node.permissions().volumes(),
                "config key \"volume_driver\" is refused: volumes of the engine are not given to containers on this"
                        + " node; allow them with " + VOLUMES);
        for (SortedMap<String, Object> device : ConfigKeys.blocks(config, "devices")) {
            var path = ConfigKeys.text(device, "host_path");
            refuse(
                    !isDeviceAllowed(path),
                    "device \"" + path + "\" is refused: this node gives containers no devices but those it lists;"
                            + " allow it with plugin \"docker\" { config { allow_devices = [\"" + path + "\"] } }");
        }
        var runtime = ConfigKeys.text(config, "runtime");
        refuse(
                !runtime.isEmpty() && !node.permissions().runtimes().contains(runtime),
                "runtime \"" + runtime + "\" is refused: this node allows "
                        + String.join(", ", node.permissions().runtimes())
                        + "; more with plugin \"docker\" { config { allow_runtimes = [...] } }");
    }

    private boolean isDeviceAllowed(String path) {
        var device = Path.of(path).normalize();
        return node.permissions().privileged()
                || node.permissions().devices().stream()
                        .anyMatch(allowed -> allowed.endsWith("/*")
                                ? Path.of(allowed.substring(0, allowed.length() - 2))
                                        .equals(device.getParent())
                                : Path.of(allowed).equals(device));
    }

    private Optional<String> volumeProblem(String volume) {
        var parts = volume.split(":", -1);
        if (parts.length < 2 || parts.length > 3 || !parts[1].startsWith("/")) {
            return Optional.of("volume \"" + volume + "\" must have the form source:/target or source:/target:ro");
        }
        return config.containsKey("volume_driver") || isGiven(parts[0])
                ? Optional.empty()
                : Optional.of(
                        "volume \"" + volume + "\" is refused: paths of the machine are not given to containers on this"
                                + " node; use a path below the task's directory, or allow them with " + VOLUMES);
    }

    /** Paths below the task's directory, and those of the machine where the node says so. */
    private boolean isGiven(String source) {
        var path = Path.of(source);
        return node.permissions().volumes()
                || (!path.isAbsolute() && !path.normalize().startsWith(".."));
    }

    private void mounts() {
        for (SortedMap<String, Object> mount : DockerMounts.blocks(config)) {
            var type = DockerMounts.type(mount);
            var target = ConfigKeys.text(mount, "target");
            var source = ConfigKeys.text(mount, "source");
            refuse(
                    !List.of("bind", "volume", "tmpfs").contains(type),
                    "mount type \"" + type + "\" is not known: use bind, volume or tmpfs");
            refuse(!target.startsWith("/"), "mount target \"" + target + "\" must be an absolute path");
            refuse(
                    type.equals("bind") && (source.isEmpty() || !isGiven(source)),
                    "mount of \"" + source + "\" is refused: paths of the machine are not given to containers on this"
                            + " node; use a path below the task's directory, or allow them with " + VOLUMES);
            // A driver's options can make a volume of any directory of the machine.
            var driver = ConfigKeys.block(ConfigKeys.block(mount, "volume_options"), "driver_config");
            refuse(
                    !driver.isEmpty() && !node.permissions().volumes(),
                    "mount of volume \"" + source + "\" with driver_config is refused: volume drivers are not given to"
                            + " containers on this node; allow them with " + VOLUMES);
            refuse(
                    type.equals("tmpfs") && !source.isEmpty(),
                    "mount of type tmpfs has a source, \"" + source + "\", which it cannot have");
        }
    }

    private void values() {
        refuse(ConfigKeys.text(config, "image").isBlank(), "config key \"image\" is empty");
        refuse(
                !List.of("", "default").contains(ConfigKeys.text(config, "isolation")),
                "config key \"isolation\" is refused: it chooses between ways of Windows; remove it");
        refuse(
                ConfigKeys.flag(config, "advertise_ipv6_address"),
                "config key \"advertise_ipv6_address\" is refused: services are reached at the address of their port;"
                        + " remove it and give the group's network an IPv6 host_network");
        refuse(
                !List.of("", "host", "private").contains(ConfigKeys.text(config, "cgroupns")),
                "config key \"cgroupns\" must be \"private\" or \"host\"");
        duration();
        limits();
    }

    private void duration() {
        var text = ConfigKeys.text(config, "image_pull_timeout");
        try {
            if (!text.isEmpty()) {
                refuse(
                        !GoDuration.parse(text).isPositive(),
                        "config key \"image_pull_timeout\" must be longer than nothing");
            }
        } catch (CodecException malformed) {
            problems.add("config key \"image_pull_timeout\" must be a duration such as \"5m\"");
        }
    }

    private void limits() {
        if (config.containsKey("cpu_cfs_period")) {
            long period = ConfigKeys.number(config, "cpu_cfs_period");
            refuse(
                    period < 1_000 || period > 1_000_000,
                    "config key \"cpu_cfs_period\" must be from 1000 to 1000000 microseconds");
        }
        var most = node.containers().processesMax();
        if (config.containsKey("pids_limit") && most.isPresent()) {
            long wanted = ConfigKeys.number(config, "pids_limit");
            refuse(
                    wanted <= 0 || wanted > most.getAsLong(),
                    "config key \"pids_limit\" = " + wanted + " is refused: this node allows at most "
                            + most.getAsLong() + " (pids_limit of plugin \"docker\")");
        }
        if (config.containsKey("oom_score_adj")) {
            long wanted = ConfigKeys.number(config, "oom_score_adj");
            refuse(wanted < -1000 || wanted > 1000, "config key \"oom_score_adj\" must be from -1000 to 1000");
            refuse(
                    wanted < 0 && !node.permissions().privileged(),
                    "config key \"oom_score_adj\" below 0 is refused: others would be killed instead; allow it with "
                            + PRIVILEGED);
        }
        ConfigKeys.textMap(config, "ulimit").forEach((name, value) -> {
            refuse(!name.toLowerCase(Locale.ROOT).matches(LIMIT), "ulimit \"" + name + "\" is no name of a limit");
            refuse(
                    !value.matches("-?[0-9]+(:-?[0-9]+)?"),
                    "ulimit " + name + " = \"" + value + "\" must be a number, or two as in soft:hard");
        });
    }
}
