package dev.steppe.model;

/** The id of a deployment. */
public final class DeploymentId extends Id<DeploymentId> {
    public DeploymentId(String value) {
        super(value, "deployment id");
    }
}
