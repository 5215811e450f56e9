package dev.steppe.model;

import dev.steppe.model.codec.Scalar;

/** The id of a deployment. Never empty. */
public record DeploymentId(String value) implements Scalar, Comparable<DeploymentId> {
    public DeploymentId {
        Ids.check(value, "deployment id");
    }

    @Override
    public int compareTo(DeploymentId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
