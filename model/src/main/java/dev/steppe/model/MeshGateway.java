package dev.steppe.model;

/** Whether an upstream is reached through gateways: not, through the own one, or directly through the other one. */
public record MeshGateway(String mode) {}
