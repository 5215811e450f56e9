package dev.steppe.model;

import dev.steppe.model.codec.Default;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** A named endpoint of a group or task, as the catalog shows it. */
public record Service(
        String name,
        List<String> tags,
        List<String> canaryTags,
        String portLabel,
        @Default("auto") String addressMode,
        String address,
        List<ServiceCheck> checks,
        Optional<CheckRestart> checkRestart,
        Optional<Connect> connect,
        SortedMap<String, String> meta,
        String taskName,
        @Default("consul") String provider,
        SortedMap<String, String> canaryMeta,
        SortedMap<String, String> taggedAddresses,
        boolean enableTagOverride,
        @Default("require_healthy") String onUpdate,
        Optional<WorkloadIdentity> identity,
        Optional<ServiceWeights> weights,
        @Default("default") String cluster,
        String kind) {

    /** The mesh membership through a proxy, if the service has one. */
    public Optional<SidecarService> sidecar() {
        return connect.flatMap(Connect::sidecarService);
    }
}
