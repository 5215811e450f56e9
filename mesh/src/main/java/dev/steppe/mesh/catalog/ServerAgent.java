package dev.steppe.mesh.catalog;

/** A server of the cluster, which is not in the state: told to the catalog so that it lists the agents themselves. */
public record ServerAgent(String name, String address, int httpPort, int rpcPort) {}
