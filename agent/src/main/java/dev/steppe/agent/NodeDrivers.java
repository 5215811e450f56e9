package dev.steppe.agent;

import dev.steppe.agent.configuration.Configuration;
import dev.steppe.agent.configuration.Plugins;
import dev.steppe.client.driver.AllocationDirectory;
import dev.steppe.client.driver.DockerDriver;
import dev.steppe.client.driver.DockerSettings;
import dev.steppe.client.driver.Driver;
import dev.steppe.client.driver.DriverException;
import dev.steppe.client.driver.ExecDriver;
import dev.steppe.client.driver.IsolationSettings;
import dev.steppe.client.driver.JavaDriver;
import dev.steppe.client.driver.ProcessTasks;
import dev.steppe.client.driver.RawExecDriver;
import dev.steppe.client.driver.UserPolicy;
import dev.steppe.client.node.DirectoryHook;
import dev.steppe.client.settings.ExecSettings;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.process.CgroupPlaces;
import dev.steppe.model.AllocationId;
import dev.steppe.model.NumberRanges;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicReference;

/** The drivers of a node as its configuration has them now. Any thread may ask. */
final class NodeDrivers {
    private final AgentOptions options;
    private final ProcessTasks tasks;
    private final DockerDriver docker;
    private final Map<String, Driver> drivers = new ConcurrentSkipListMap<>();
    private final AtomicReference<Plugins> plugins;

    NodeDrivers(AgentOptions options, ProcessTasks tasks, DockerDriver docker) {
        this.options = options;
        this.tasks = tasks;
        this.docker = docker;
        plugins = new AtomicReference<>(options.plugins());
        drivers.putAll(make(options.configuration()));
    }

    /** Agents with other data have other tasks: their control groups and containers must not mix. */
    static String owner(AgentOptions options) {
        return "steppe-"
                + Integer.toHexString(options.dataDirectory().toString().hashCode());
    }

    /** The control group below which tasks get theirs; nobody but root can make any. */
    static Optional<String> groupsForNew(AgentOptions options) throws IOException {
        return LinuxCalls.isRoot()
                ? Optional.of(CgroupPlaces.detect()
                        .forNew(owner(options), options.configuration().client().cgroupParent()))
                : Optional.empty();
    }

    /** The same for a command that runs elsewhere than the agent does. */
    static Optional<String> existingGroups(AgentOptions options) throws IOException {
        return LinuxCalls.isRoot()
                ? Optional.of(CgroupPlaces.detect()
                        .existing(
                                owner(options), options.configuration().client().cgroupParent()))
                : Optional.empty();
    }

    static DockerSettings dockerSettings(AgentOptions options) {
        var configured = options.plugins().docker();
        var usual = DockerSettings.of(System.getenv(), owner(options));
        return new DockerSettings(
                configured.endpoint().orElse(usual.socket()),
                usual.owner(),
                Optional.of(options.clientDirectory().resolve("pulled-images")),
                configured.node());
    }

    /** The drivers by name; follows what is applied later. */
    Map<String, Driver> byName() {
        return Collections.unmodifiableMap(drivers);
    }

    List<Driver> all() {
        return new ArrayList<>(drivers.values());
    }

    /** What containers without cores of their own run on. */
    void share(String cores, Set<String> apart) throws IOException {
        if (docker.fingerprint().detected()) {
            docker.share(cores, apart);
        }
    }

    boolean isDocker(String driver) {
        return driver.equals(docker.name());
    }

    /** What is made for the files of a task with that driver. */
    DirectoryHook.DriverFiles files(String driver) {
        return new DirectoryHook.DriverFiles(
                users(plugins.get(), driver),
                isDocker(driver) ? AllocationDirectory.Access.CONTAINER : AllocationDirectory.Access.PROCESS);
    }

    /** What raw_exec and java tasks may from now on; the other drivers stay as they are. */
    void apply(Configuration changed) {
        plugins.set(changed.plugins());
        make(changed).forEach((name, driver) -> {
            if (!isDocker(name)) {
                drivers.replace(name, driver);
            }
        });
    }

    /** Removes containers of this agent that belong to none of the given allocations. */
    void sweepContainers(Set<AllocationId> live) throws IOException {
        if (!docker.fingerprint().healthy()) {
            return;
        }
        try {
            docker.sweep(live);
        } catch (DriverException failed) {
            throw new IOException(failed.getMessage(), failed);
        }
    }

    private Map<String, Driver> make(Configuration configuration) {
        var wanted = configuration.plugins();
        var chroot = configuration.client().chrootEnv();
        var hidden = List.of(
                options.dataDirectory(),
                options.runDirectory(),
                options.clientDirectory(),
                options.allocationDirectory());
        var made = new TreeMap<String, Driver>();
        for (Driver driver : List.of(
                new RawExecDriver(
                        tasks,
                        new RawExecDriver.Settings(
                                wanted.rawExec().enabled(),
                                users(wanted, "raw_exec"),
                                wanted.rawExec().controlGroups(),
                                wanted.rawExec().deniedVariables())),
                new ExecDriver(
                        tasks,
                        new ExecDriver.Settings(
                                execUsers(wanted),
                                IsolationSettings.of(wanted.exec(), chroot).hiding(hidden))),
                new JavaDriver(
                        tasks,
                        javaSettings(
                                wanted,
                                IsolationSettings.of(ExecSettings.standard(), chroot)
                                        .hiding(hidden))),
                docker)) {
            if (wanted.offered().contains(driver.name())) {
                made.put(driver.name(), driver);
            }
        }
        return made;
    }

    /** As whom the tasks of a driver run. */
    private static UserPolicy users(Plugins plugins, String driver) {
        boolean allowRoot = driver.equals("java")
                ? plugins.java().allowRoot()
                : driver.equals("raw_exec") && plugins.rawExec().allowRoot();
        var policy = new UserPolicy(allowRoot, UserPolicy.unprivileged().defaultUsers());
        return driver.equals("raw_exec")
                ? policy.denying(
                        NumberRanges.parse(plugins.rawExec().deniedUsers()),
                        NumberRanges.parse(plugins.rawExec().deniedGroups()))
                : policy;
    }

    private static UserPolicy execUsers(Plugins plugins) {
        return users(plugins, "exec")
                .denying(
                        NumberRanges.parse(plugins.exec().deniedUsers()),
                        NumberRanges.parse(plugins.exec().deniedGroups()));
    }

    private static JavaDriver.Settings javaSettings(Plugins plugins, IsolationSettings isolation) {
        var standard = JavaDriver.Settings.standard();
        return new JavaDriver.Settings(
                plugins.java().javaHome(),
                users(plugins, "java"),
                isolation,
                standard.environmentJavaHome(),
                standard.environmentPath());
    }
}
