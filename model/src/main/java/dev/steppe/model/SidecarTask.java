package dev.steppe.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** How the proxy beside a service would run as a task. */
public record SidecarTask(
        String name,
        String driver,
        String user,
        SortedMap<String, Object> config,
        SortedMap<String, String> env,
        Optional<Resources> resources,
        SortedMap<String, String> meta,
        Optional<Duration> killTimeout,
        Optional<LogConfig> logConfig,
        Optional<Duration> shutdownDelay,
        String killSignal,
        List<VolumeMount> volumeMounts,
        List<WorkloadIdentity> identities) {}
