package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.time.Duration;
import java.util.List;

/** A token that says who a workload is, for one audience. */
public record WorkloadIdentity(
        String name,
        List<String> audience,
        String changeMode,
        String changeSignal,
        boolean env,
        boolean file,
        String filepath,
        String serviceName,
        @Json("TTL") Duration ttl,
        List<String> extraClaims) {
    /** The name of the identity that every task has. */
    public static final String DEFAULT_NAME = "default";
}
