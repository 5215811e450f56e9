package dev.steppe.client.node;

import dev.steppe.client.allocation.AllocationRunner;
import dev.steppe.client.allocation.Surroundings;
import dev.steppe.client.allocation.TaskEnvironment;
import dev.steppe.client.allocation.TaskHook;
import dev.steppe.client.allocation.TaskSite;
import dev.steppe.client.driver.Driver;
import dev.steppe.client.driver.DriverException;
import dev.steppe.client.driver.TaskContext;
import dev.steppe.client.driver.TaskDirectories;
import dev.steppe.client.driver.TaskResources;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.Task;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Puts together what a driver needs to start a task on this node. */
public final class TaskContexts implements AllocationRunner.Contexts {
    /**
     * What tasks inherit of the agent's own environment. Everything else of it may hold secrets and is nobody's business.
     */
    private static final List<String> INHERITED = List.of("PATH", "LANG", "LC_ALL", "TZ");

    private final Supplier<NodeSpec> node;
    private final Map<String, Driver> drivers;
    private final SortedMap<String, String> inherited;
    private final Optional<String> parentCgroup;
    private final Devices devices;

    public TaskContexts(
            Supplier<NodeSpec> node,
            Map<String, Driver> drivers,
            Map<String, String> agentEnvironment,
            Optional<String> parentCgroup,
            Devices devices) {
        this.node = node;
        this.devices = devices;
        this.parentCgroup = parentCgroup;
        this.drivers = drivers;
        var kept = new TreeMap<String, String>();
        for (String name : INHERITED) {
            String value = agentEnvironment.get(name);
            if (value != null) {
                kept.put(name, value);
            }
        }
        this.inherited = Collections.unmodifiableSortedMap(kept);
    }

    @Override
    public TaskContext of(Surroundings surroundings, Task task, SortedMap<String, String> prepared)
            throws DriverException {
        var directories = directories(surroundings, task);
        var driver = driver(task);
        var environment = environment(surroundings, task, prepared);
        var config = environment.config(task);
        var problems = driver.validate(config);
        if (!problems.isEmpty()) {
            throw DriverException.refused("config of task \"" + task.name() + "\": " + String.join("; ", problems));
        }
        return new TaskContext(
                surroundings.allocation().id(),
                task.name(),
                config,
                environment.variables(),
                task.user().isEmpty() ? Optional.empty() : Optional.of(environment.text(task.user())),
                directories,
                surroundings.network(),
                surroundings.allocation().allocatedResources().shared().ports(),
                resources(surroundings, task),
                TaskVolumes.of(surroundings.group(), task, node.get().hostVolumes(), environment));
    }

    /** What the scheduler gave the task; it may use at most the node's memory. */
    private TaskResources resources(Surroundings surroundings, Task task) {
        var given = surroundings.allocation().allocatedResources().of(task);
        long megaHertz = Math.max(1, given.cpu().shares());
        long memoryMb = given.memory().memoryMb();
        return new TaskResources(
                megaHertz,
                memoryMb,
                Math.max(memoryMb, given.memory().memoryMaxMb()),
                cores(megaHertz),
                Processors.text(given.cpu().reservedCores()));
    }

    /** A share in MHz as a number of this node's processors. */
    private double cores(long megaHertz) {
        var cpu = node.get().capacity().cpu();
        return cpu.megaHertz() <= 0 ? 1 : (double) megaHertz * cpu.cores() / cpu.megaHertz();
    }

    /** What a task is told, and what its texts may refer to: for drivers, and for hooks with texts of their own. */
    public TaskEnvironment environment(Surroundings surroundings, Task task, SortedMap<String, String> prepared)
            throws DriverException {
        var given = surroundings.allocation().allocatedResources().of(task);
        var hardware = devices.environment(given.devices());
        if (!given.cpu().reservedCores().isEmpty()) {
            hardware.put("NOMAD_CPU_CORES", Processors.text(given.cpu().reservedCores()));
        }
        var view = driver(task).view(directories(surroundings, task));
        return new TaskEnvironment(
                node.get(),
                surroundings.job(),
                surroundings.origin(),
                surroundings.allocation(),
                task,
                new TaskEnvironment.Given(
                        new TaskEnvironment.Directories(view.shared(), view.local(), view.secrets()),
                        surroundings.networkStatus(),
                        view.machineEnvironment() ? inherited : Collections.emptySortedMap(),
                        prepared,
                        parentCgroup,
                        hardware));
    }

    /** The same for a hook, before any has added to it. */
    public TaskEnvironment of(TaskSite site) throws TaskHook.Failure {
        try {
            return environment(site.surroundings(), site.task(), Collections.emptySortedMap());
        } catch (DriverException impossible) {
            throw new TaskHook.Failure("Setup Failure", String.valueOf(impossible.getMessage()), true, impossible);
        }
    }

    private static TaskDirectories directories(Surroundings surroundings, Task task) throws DriverException {
        return surroundings
                .directories(task.name())
                .orElseThrow(() -> DriverException.failed("the directories of task " + task.name() + " are not there"));
    }

    private Driver driver(Task task) throws DriverException {
        return Optional.ofNullable(drivers.get(task.driver()))
                .orElseThrow(() -> DriverException.refused("driver \"" + task.driver() + "\" is not on this node"));
    }
}
