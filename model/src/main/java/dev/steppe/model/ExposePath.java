package dev.steppe.model;

import dev.steppe.model.codec.Default;

/** A path that is reachable without an identity, for probes and metrics. */
public record ExposePath(String path, @Default("http") String protocol, int localPathPort, String listenerPort) {}
