package dev.steppe.model;

import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Json;

/** Where a task sees one of its group's volumes. */
public record VolumeMount(
        String volume,
        String destination,
        boolean readOnly,
        @Default("private") String propagationMode,
        @Json("SELinuxLabel") String selinuxLabel) {}
