package dev.steppe.client.driver;

import dev.steppe.model.AllocationId;
import dev.steppe.model.PortMapping;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One task to start, with everything decided: interpolated driver config, complete environment, directories that exist,
 * the allocation's network if it has one of its own, its ports, what it may use, and the volumes it sees.
 */
public record TaskContext(
        AllocationId allocation,
        String taskName,
        SortedMap<String, Object> config,
        SortedMap<String, String> environment,
        Optional<String> user,
        TaskDirectories directories,
        Optional<TaskNetwork> network,
        List<PortMapping> ports,
        TaskResources resources,
        List<TaskVolume> volumes) {

    public TaskContext {
        config = Collections.unmodifiableSortedMap(new TreeMap<>(config));
        ports = List.copyOf(ports);
        volumes = List.copyOf(volumes);
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    }

    /** The same task with these volumes. */
    TaskContext withVolumes(List<TaskVolume> shown) {
        return new TaskContext(
                allocation, taskName, config, environment, user, directories, network, ports, resources, shown);
    }

    /** The same task with another driver config. */
    TaskContext withConfig(SortedMap<String, Object> other) {
        return new TaskContext(
                allocation, taskName, other, environment, user, directories, network, ports, resources, volumes);
    }

    /** The same task with another environment. */
    public TaskContext withEnvironment(SortedMap<String, String> other) {
        return new TaskContext(
                allocation, taskName, config, other, user, directories, network, ports, resources, volumes);
    }
}
