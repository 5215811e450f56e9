package dev.steppe.mesh.proxy;

import dev.steppe.mesh.configuration.SpiffeId;
import dev.steppe.model.AllocationId;

/** A service of an allocation and the identity its node is to get for it. */
public record IdentityPlan(AllocationId allocation, String service, SpiffeId identity) {}
