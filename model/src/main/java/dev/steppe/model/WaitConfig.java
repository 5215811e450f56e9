package dev.steppe.model;

import java.time.Duration;
import java.util.Optional;

/** How long changes of a template are gathered before it is written. */
public record WaitConfig(Optional<Duration> min, Optional<Duration> max) {}
