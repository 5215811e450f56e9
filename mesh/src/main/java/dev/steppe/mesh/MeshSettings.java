package dev.steppe.mesh;

import dev.steppe.model.IntentionAction;

/**
 * What holds for the whole mesh of a cluster.
 *
 * @param trustDomain the domain of all identities, {@code <cluster id>.consul}
 * @param datacenter the datacenter that identities name
 * @param otherwise what holds for calls that no intention speaks of
 */
public record MeshSettings(String trustDomain, String datacenter, IntentionAction otherwise) {}
