package dev.steppe.model;

import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Json;

/** Disk for an allocation's directory, in megabytes. One whose data may follow to other nodes prefers its own. */
public record EphemeralDisk(
        boolean sticky,
        boolean migrate,
        @Default("300") @Json("SizeMB") int sizeMb) {
    public EphemeralDisk {
        sticky = sticky || migrate;
    }
}
