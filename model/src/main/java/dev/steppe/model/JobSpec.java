package dev.steppe.model;

import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Json;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What a user wants to run: the part of a job that a job file says. Two equal specifications need no change to
 * anything that runs.
 */
public record JobSpec(
        @Default("global") String region,
        @Default("default") String namespace,
        JobId id,
        String name,
        JobType type,
        @Default("50") int priority,
        boolean allAtOnce,
        @Default("*") List<String> datacenters,
        @Default("default") String nodePool,
        List<Constraint> constraints,
        List<Affinity> affinities,
        List<Spread> spreads,
        List<TaskGroup> taskGroups,
        Optional<UpdateStrategy> update,
        Optional<Multiregion> multiregion,
        Optional<PeriodicConfig> periodic,
        @Json("ParameterizedJob") Optional<ParameterizedConfig> parameterized,
        @Json("UI") Optional<JobUi> ui,
        SortedMap<String, String> meta) {

    public JobSpec {
        if (name.isEmpty()) {
            name = id.value();
        }
        if (datacenters.isEmpty()) {
            datacenters = List.of("*");
        }
        if (priority < 1 || priority > 100) {
            throw new IllegalArgumentException("job priority " + priority + " must be between 1 and 100");
        }
    }

    public JobKey key() {
        return new JobKey(namespace, id);
    }

    /**
     * How instances of a group are replaced when the job changes; empty when that happens all at once, without a
     * deployment.
     */
    public Optional<UpdateStrategy> updateOf(TaskGroup group) {
        if (type.ends()) {
            return Optional.empty();
        }
        return Optional.of(group.update().or(() -> update).orElseGet(UpdateStrategy::standard))
                .filter(strategy -> strategy.maxParallel() > 0);
    }

    public Optional<TaskGroup> group(String groupName) {
        return taskGroups.stream()
                .filter(group -> group.name().equals(groupName))
                .findFirst();
    }
}
