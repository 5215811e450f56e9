package dev.steppe.model;

import dev.steppe.model.codec.Json;

/** How far the emptying of a node is. */
public enum DrainStatus {
    DRAINING,
    COMPLETE,
    @Json("canceled")
    CANCELLED
}
