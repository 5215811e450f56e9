package dev.steppe.model;

import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Flat;
import dev.steppe.model.codec.Json;
import java.time.Instant;

/** A machine of the cluster: what it tells about itself and what the servers know of it. */
public record Node(
        @Flat NodeSpec spec,
        NodeStatus status,
        String statusDescription,
        @Default("eligible") @Json("SchedulingEligibility") String eligibility,
        Instant statusUpdatedAt,
        long createIndex,
        long modifyIndex) {

    public NodeId id() {
        return spec.id();
    }

    /** True when new allocations may be placed here. */
    public boolean isEligible() {
        return status == NodeStatus.READY && eligibility.equals("eligible");
    }
}
