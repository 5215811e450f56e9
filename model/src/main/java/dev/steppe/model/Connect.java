package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.util.Optional;

/** How a service takes part in the mesh: by itself or through a proxy beside it. */
public record Connect(
        @Json("Native") boolean byItself,
        Optional<SidecarService> sidecarService,
        Optional<SidecarTask> sidecarTask,
        Optional<Gateway> gateway) {}
