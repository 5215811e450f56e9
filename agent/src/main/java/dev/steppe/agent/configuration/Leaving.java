package dev.steppe.agent.configuration;

import java.time.Duration;

/** Which signals also end all tasks of the node, and how long these have to end. */
public record Leaving(boolean onInterrupt, boolean onTerminate, Duration deadline) {}
