package dev.steppe.model;

import java.util.Comparator;
import java.util.List;

/** A port of a node at one of its addresses. */
public record HostPort(int port, String address) implements Comparable<HostPort> {
    private static final List<String> EVERY_ADDRESS = List.of("", "0.0.0.0", "::");
    private static final Comparator<HostPort> ORDER =
            Comparator.comparingInt(HostPort::port).thenComparing(HostPort::address);

    /** True when it is held at all addresses of the node. */
    public boolean isEverywhere() {
        return EVERY_ADDRESS.contains(address);
    }

    /** Whether only one of the two can be bound. */
    public boolean collidesWith(HostPort other) {
        return port == other.port && (address.equals(other.address) || isEverywhere() || other.isEverywhere());
    }

    @Override
    public int compareTo(HostPort other) {
        return ORDER.compare(this, other);
    }
}
