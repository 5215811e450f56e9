package dev.steppe.model;

import dev.steppe.model.codec.Default;
import java.util.List;

/** What a launch of a job that is launched on demand must or may bring with it. */
public record ParameterizedConfig(
        @Default("optional") String payload, List<String> metaRequired, List<String> metaOptional) {}
