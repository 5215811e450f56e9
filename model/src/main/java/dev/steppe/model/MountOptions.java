package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.util.List;

/** How a volume is mounted. */
public record MountOptions(@Json("FSType") String fsType, List<String> mountFlags) {}
