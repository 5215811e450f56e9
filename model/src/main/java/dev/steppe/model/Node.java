package dev.steppe.model;

import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Flat;
import dev.steppe.model.codec.Json;
import dev.steppe.model.codec.RecordShape;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A machine of the cluster: what it tells about itself and what the servers know of it. The newest events are kept. */
public record Node(
        @Flat NodeSpec spec,
        NodeStatus status,
        String statusDescription,
        @Default("eligible") @Json("SchedulingEligibility") String eligibility,
        @Json("DrainStrategy") Optional<DrainStrategy> drain,
        Optional<DrainMetadata> lastDrain,
        List<NodeEvent> events,
        Instant statusUpdatedAt,
        long createIndex,
        long modifyIndex) {
    /** How many events are kept. */
    public static final int EVENTS_MAX = 10;

    /** The word for a node that may have new allocations. */
    public static final String ELIGIBLE = "eligible";

    /** The word for one that may not. */
    public static final String INELIGIBLE = "ineligible";

    /** A node as it is when it is seen first. */
    public static Node fresh(NodeSpec spec, Instant now, long index) {
        return new Node(
                spec, NodeStatus.READY, "", ELIGIBLE, Optional.empty(), Optional.empty(), List.of(), now, index, index);
    }

    public NodeId id() {
        return spec.id();
    }

    /** True when new allocations may be placed here. */
    public boolean isEligible() {
        return status == NodeStatus.READY && eligibility.equals(ELIGIBLE);
    }

    /** The same node that tells other things about itself. */
    public Node with(NodeSpec newSpec) {
        return RecordShape.with(this, "spec", newSpec);
    }

    /** The same node in another status since then. */
    public Node with(NodeStatus newStatus, String reason, Instant since) {
        return new Node(
                spec, newStatus, reason, eligibility, drain, lastDrain, events, since, createIndex, modifyIndex);
    }

    /** The same node, eligible or not. */
    public Node with(String newEligibility) {
        return RecordShape.with(this, "eligibility", newEligibility);
    }

    /** The same node that is emptied so, or not any more, and what is remembered of that. */
    public Node with(Optional<DrainStrategy> strategy, DrainMetadata remembered) {
        return RecordShape.with(
                this,
                new RecordShape.Value("drain", strategy),
                new RecordShape.Value("lastDrain", Optional.of(remembered)));
    }

    /** The same node with one event more. */
    public Node noted(NodeEvent event) {
        var all = new ArrayList<NodeEvent>(events);
        all.add(event);
        var kept = all.subList(Math.max(0, all.size() - EVENTS_MAX), all.size());
        return RecordShape.with(this, "events", List.copyOf(kept));
    }

    /** The same node as the state keeps it. */
    public Node stored(long index) {
        return new Node(
                spec,
                status,
                statusDescription,
                eligibility,
                drain,
                lastDrain,
                events,
                statusUpdatedAt,
                createIndex,
                index);
    }
}
