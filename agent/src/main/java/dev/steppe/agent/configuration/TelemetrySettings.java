package dev.steppe.agent.configuration;

import java.time.Duration;
import java.util.List;

/** The block {@code telemetry}: which measurements are made and how they are named. */
public record TelemetrySettings(
        boolean prometheus,
        boolean allocations,
        boolean nodes,
        boolean hostnameDisabled,
        boolean nodeNameUsed,
        Duration collectEvery,
        List<String> prefixFilter,
        boolean filterDefault) {
    public TelemetrySettings {
        prefixFilter = List.copyOf(prefixFilter);
    }
}
