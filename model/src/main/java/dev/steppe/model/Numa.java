package dev.steppe.model;

import dev.steppe.model.codec.Default;
import java.util.List;

/** Whether a task's cores and devices must be close to each other. */
public record Numa(@Default("none") String affinity, List<String> devices) {}
