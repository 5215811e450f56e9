package dev.steppe.agent.configuration;

import java.nio.file.Path;
import java.util.Optional;

/** The blocks {@code plugin}: what a node lets the tasks of each driver do. Nothing beyond the unprivileged by default. */
public record Plugins(RawExec rawExec, Java java, Docker docker) {

    /** {@code plugin "raw_exec"}. */
    public record RawExec(boolean enabled, boolean allowRoot) {}

    /** {@code plugin "java"}. Without a home the installation is searched for. */
    public record Java(boolean allowRoot, Optional<Path> javaHome) {}

    /** {@code plugin "docker"}. Without an endpoint it is the one that DOCKER_HOST names, else the usual socket. */
    public record Docker(Optional<Path> endpoint, boolean allowPrivileged, boolean volumesEnabled) {}

    /** A node somebody relies on: raw_exec is off until it is turned on. */
    public static Plugins standard() {
        return new Plugins(
                new RawExec(false, false),
                new Java(false, Optional.empty()),
                new Docker(Optional.empty(), false, false));
    }

    /** A development agent: the same with raw_exec on. */
    public static Plugins development() {
        var standard = standard();
        return new Plugins(new RawExec(true, false), standard.java(), standard.docker());
    }

    /** The same, with processes allowed to be root where they ask for it. */
    public Plugins allowingRoot() {
        return new Plugins(new RawExec(rawExec.enabled(), true), new Java(true, java.javaHome()), docker);
    }
}
