package dev.steppe.mesh.configuration;

import java.util.List;

/** A service that an allocation calls through a port on its own loopback; the endpoints are the healthy instances. */
public record Upstream(Address bind, String destination, SpiffeId expectedPeer, List<Address> endpoints) {
    public Upstream {
        endpoints = List.copyOf(endpoints);
    }
}
