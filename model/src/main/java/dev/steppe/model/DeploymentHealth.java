package dev.steppe.model;

import dev.steppe.model.codec.Rfc3339;
import java.time.Instant;
import java.util.Optional;

/** Whether a new allocation proved healthy, and when. */
public record DeploymentHealth(
        Optional<Boolean> healthy, @Rfc3339 Instant timestamp, boolean canary) {}
