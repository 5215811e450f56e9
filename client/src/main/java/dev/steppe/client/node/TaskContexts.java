package dev.steppe.client.node;

import dev.steppe.client.allocation.AllocationRunner;
import dev.steppe.client.allocation.Surroundings;
import dev.steppe.client.allocation.TaskEnvironment;
import dev.steppe.client.driver.Driver;
import dev.steppe.client.driver.DriverException;
import dev.steppe.client.driver.TaskContext;
import dev.steppe.client.driver.TaskResources;
import dev.steppe.model.NetworkStatus;
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

    public TaskContexts(Supplier<NodeSpec> node, Map<String, Driver> drivers, Map<String, String> agentEnvironment) {
        this.node = node;
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
    public TaskContext of(Surroundings surroundings, Task task) throws DriverException {
        var directories = surroundings
                .directories(task.name())
                .orElseThrow(() -> DriverException.failed("the directories of task " + task.name() + " are not there"));
        var driver = Optional.ofNullable(drivers.get(task.driver()))
                .orElseThrow(() -> DriverException.refused("driver \"" + task.driver() + "\" is not on this node"));
        var view = driver.view(directories);
        var environment = new TaskEnvironment(
                node.get(),
                surroundings.job(),
                surroundings.allocation(),
                task,
                new TaskEnvironment.Directories(view.shared(), view.local(), view.secrets()),
                surroundings.networkStatus().map(NetworkStatus::address),
                view.machineEnvironment() ? inherited : Collections.emptySortedMap());
        var config = environment.config(task);
        var problems = driver.validate(config);
        if (!problems.isEmpty()) {
            throw DriverException.refused("config of task \"" + task.name() + "\": " + String.join("; ", problems));
        }
        var resources = task.resources();
        return new TaskContext(
                surroundings.allocation().id(),
                task.name(),
                config,
                environment.variables(),
                task.user().isEmpty() ? Optional.empty() : Optional.of(environment.text(task.user())),
                directories,
                surroundings.network(),
                surroundings.allocation().allocatedResources().shared().ports(),
                new TaskResources(
                        resources.cpu(),
                        resources.memoryMb(),
                        Math.max(resources.memoryMb(), resources.memoryMaxMb())));
    }
}
