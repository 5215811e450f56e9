package dev.steppe.model;

import dev.steppe.model.codec.Default;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** Tasks that run together on one node and share its network; {@code count} instances of it are kept. */
public record TaskGroup(
        String name,
        @Default("1") int count,
        List<Constraint> constraints,
        List<Affinity> affinities,
        List<Spread> spreads,
        List<Task> tasks,
        SortedMap<String, VolumeRequest> volumes,
        Optional<RestartPolicy> restartPolicy,
        Optional<ReschedulePolicy> reschedulePolicy,
        EphemeralDisk ephemeralDisk,
        Optional<UpdateStrategy> update,
        Optional<MigrateStrategy> migrate,
        Optional<ScalingPolicy> scaling,
        Optional<ConsulOptions> consul,
        Optional<DisconnectStrategy> disconnect,
        List<NetworkResource> networks,
        SortedMap<String, String> meta,
        List<Service> services,
        Duration shutdownDelay,
        Optional<Duration> maxRunDuration) {

    public TaskGroup {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("task group name is missing");
        }
        if (count < 0) {
            throw new IllegalArgumentException("group \"" + name + "\": count " + count + " must not be negative");
        }
    }

    /** The group's network; host networking without ports when it names none. */
    public NetworkResource network() {
        return networks.isEmpty() ? NetworkResource.ofHost() : networks.getFirst();
    }

    /** True when instances get a network namespace of their own. */
    public boolean hasOwnNetwork() {
        return !network().mode().equals("host");
    }

    public Optional<Task> task(String taskName) {
        return tasks.stream().filter(task -> task.name().equals(taskName)).findFirst();
    }

    /** The group's services and those of its tasks. */
    public List<Service> allServices() {
        var all = new ArrayList<Service>(services);
        tasks.forEach(task -> all.addAll(task.services()));
        return Collections.unmodifiableList(all);
    }
}
