package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.time.Duration;
import java.time.Instant;

/** One replacement of a failed allocation: when, of which allocation on which node, and how long was waited for it. */
public record RescheduleEvent(
        Instant rescheduleTime,
        @Json("PrevAllocID") AllocationId previous,
        @Json("PrevNodeID") NodeId previousNode,
        Duration delay) {}
