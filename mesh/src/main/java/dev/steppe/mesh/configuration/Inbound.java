package dev.steppe.mesh.configuration;

/** Where others reach a service, where the service itself listens inside its namespace, and who may call it. */
public record Inbound(Address publicAddress, Address target, IntentionPolicy policy) {}
