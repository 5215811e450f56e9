package dev.steppe.model;

import dev.steppe.model.codec.Rfc3339;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether a new allocation proved healthy, when, and in which deployment. Nodes and operators say the former; whether it is
 * a canary only the servers do.
 */
public record DeploymentHealth(
        Optional<Boolean> healthy, @Rfc3339 Instant timestamp, boolean canary, Optional<DeploymentId> deploymentId) {

    /** Nothing is known yet. */
    public static DeploymentHealth unknown(Optional<DeploymentId> deployment, boolean canary) {
        return new DeploymentHealth(Optional.empty(), Instant.EPOCH, canary, deployment);
    }

    /** The same, decided. */
    public DeploymentHealth decided(boolean isHealthy, Instant now) {
        return new DeploymentHealth(Optional.of(isHealthy), now, canary, deploymentId);
    }

    /** The same, no canary any more. */
    public DeploymentHealth promoted() {
        return new DeploymentHealth(healthy, timestamp, false, deploymentId);
    }
}
