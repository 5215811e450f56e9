package dev.steppe.model;

import dev.steppe.model.codec.Default;
import java.util.Optional;
import java.util.SortedMap;

/** Within which bounds an autoscaler may change a count or a size, and by which rules of its own. */
public record ScalingPolicy(
        String type,
        int min,
        Optional<Integer> max,
        SortedMap<String, Object> policy,
        @Default("true") boolean enabled) {}
