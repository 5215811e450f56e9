package dev.steppe.model.diff;

import dev.steppe.model.codec.Json;

/** What happened to a part of a job. */
public enum DiffType {
    @Json("None")
    NONE,
    @Json("Added")
    ADDED,
    @Json("Deleted")
    DELETED,
    @Json("Edited")
    EDITED
}
