package dev.steppe.model;

import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Json;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** One program to run. */
public record Task(
        String name,
        String driver,
        String user,
        Optional<Lifecycle> lifecycle,
        SortedMap<String, Object> config,
        List<Constraint> constraints,
        List<Affinity> affinities,
        SortedMap<String, String> env,
        List<Service> services,
        Resources resources,
        Optional<RestartPolicy> restartPolicy,
        SortedMap<String, String> meta,
        @Default("5s") Duration killTimeout,
        @Default("SIGINT") String killSignal,
        LogConfig logConfig,
        List<Artifact> artifacts,
        Optional<Vault> vault,
        List<Template> templates,
        List<VolumeMount> volumeMounts,
        boolean leader,
        Duration shutdownDelay,
        String kind,
        Optional<DispatchPayload> dispatchPayload,
        Optional<ConsulOptions> consul,
        @Json("CSIPluginConfig") Optional<CsiPlugin> csiPlugin,
        Optional<TaskSchedule> schedule,
        Optional<WorkloadIdentity> identity,
        List<WorkloadIdentity> identities,
        List<TaskAction> actions,
        List<ScalingPolicy> scalingPolicies,
        List<Secret> secrets) {

    public Task {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("task name is missing");
        }
        if (name.contains("/") || name.contains("\0")) {
            throw new IllegalArgumentException("task name \"" + name + "\" must not contain a slash");
        }
    }
}
