package dev.steppe.agent.configuration;

import dev.steppe.client.settings.ContainerSettings;
import dev.steppe.client.settings.ExecSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The blocks {@code plugin}: what a node lets the tasks of each driver do. Nothing beyond the unprivileged by default.
 *
 * @param offered the drivers there are on this node at all
 */
public record Plugins(RawExec rawExec, Java java, Docker docker, ExecSettings exec, List<String> offered) {
    public Plugins {
        offered = List.copyOf(offered);
    }

    /** {@code plugin "raw_exec"}; users and groups that are denied are numbers and ranges. */
    public record RawExec(
            boolean enabled,
            boolean allowRoot,
            boolean controlGroups,
            String deniedUsers,
            String deniedGroups,
            List<String> deniedVariables) {
        public RawExec {
            deniedVariables = List.copyOf(deniedVariables);
        }

        /** Without anything denied. */
        public RawExec(boolean enabled, boolean allowRoot, boolean controlGroups) {
            this(enabled, allowRoot, controlGroups, "", "", List.of());
        }
    }

    /** {@code plugin "java"}. Without a home the installation is searched for. */
    public record Java(boolean allowRoot, Optional<Path> javaHome) {}

    /** {@code plugin "docker"}. Without an endpoint it is the one that DOCKER_HOST names, else the usual socket. */
    public record Docker(Optional<Path> endpoint, ContainerSettings node) {}

    /** A node somebody relies on: raw_exec is off until it is turned on. */
    public static Plugins standard() {
        return new Plugins(
                new RawExec(false, false, true),
                new Java(false, Optional.empty()),
                new Docker(Optional.empty(), ContainerSettings.standard()),
                ExecSettings.standard(),
                List.of("docker", "exec", "java", "raw_exec"));
    }

    /** A development agent: the same with raw_exec on. */
    public static Plugins development() {
        var standard = standard();
        return new Plugins(
                new RawExec(true, false, true),
                standard.java(),
                standard.docker(),
                standard.exec(),
                standard.offered());
    }
}
