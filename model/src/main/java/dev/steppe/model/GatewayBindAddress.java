package dev.steppe.model;

/** An address at which a gateway listens. */
public record GatewayBindAddress(String name, String address, int port) {}
