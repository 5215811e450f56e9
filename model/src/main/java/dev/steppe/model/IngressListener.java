package dev.steppe.model;

import dev.steppe.model.codec.Default;
import java.util.List;

/** A port at which a gateway takes traffic from outside. */
public record IngressListener(int port, @Default("tcp") String protocol, List<IngressService> services) {}
