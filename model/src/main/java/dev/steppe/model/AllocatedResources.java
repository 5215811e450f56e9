package dev.steppe.model;

import java.util.Optional;
import java.util.SortedMap;

/** What an allocation was given on its node. */
public record AllocatedResources(SortedMap<String, AllocatedTask> tasks, AllocatedShared shared) {
    /** The sum over the tasks, in MHz. */
    public long cpuMegaHertz() {
        return tasks.values().stream().mapToLong(task -> task.cpu().shares()).sum();
    }

    /** The sum over the tasks, in megabytes. */
    public long memoryMb() {
        return tasks.values().stream()
                .mapToLong(task -> task.memory().memoryMb())
                .sum();
    }

    public Optional<PortMapping> port(String label) {
        return shared.ports().stream()
                .filter(port -> port.label().equals(label))
                .findFirst();
    }
}
