package dev.steppe.model;

import java.util.Optional;

/** A volume a group needs. */
public record VolumeRequest(
        String name,
        String type,
        String source,
        boolean readOnly,
        boolean sticky,
        boolean perAlloc,
        String accessMode,
        String attachmentMode,
        Optional<MountOptions> mountOptions) {}
