package dev.steppe.consensus.transport;

import dev.steppe.io.TaskScope;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/**
 * Another member, with a line for what is urgent, one for the log and one for snapshots, so that none waits behind
 * another.
 */
final class Peer implements AutoCloseable {
    /** Longer than the longest silence before an election, and shorter than people notice. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    /** A part of a snapshot is answered when it is on the other member's disk. */
    private static final Duration SNAPSHOT_PATIENCE = Duration.ofSeconds(60);

    private final String id;
    private final Line urgent;
    private final Line log;
    private final Line snapshots;
    private volatile HostAndPort address;

    /** Looked up for each connection, since names may point elsewhere later. */
    record HostAndPort(String host, int port) {
        static HostAndPort parse(String text) {
            int colon = text.lastIndexOf(':');
            if (colon <= 0) {
                return new HostAndPort("", 0);
            }
            var host = text.substring(0, colon);
            boolean bracketed = host.startsWith("[") && host.endsWith("]");
            return new HostAndPort(
                    bracketed ? host.substring(1, host.length() - 1) : host,
                    Integer.parseInt(text.substring(colon + 1)));
        }

        InetSocketAddress resolved() {
            return new InetSocketAddress(host, port);
        }
    }

    Peer(String id, HostAndPort address, Optional<Supplier<SSLContext>> security, TaskScope scope) {
        this.id = id;
        this.address = address;
        Supplier<InetSocketAddress> where = () -> this.address.resolved();
        this.urgent = new Line("urgent-" + id, where, security, PATIENCE, scope);
        this.log = new Line("log-" + id, where, security, PATIENCE, scope);
        this.snapshots = new Line("snapshots-" + id, where, security, SNAPSHOT_PATIENCE, scope);
    }

    String id() {
        return id;
    }

    Line urgent() {
        return urgent;
    }

    Line log() {
        return log;
    }

    Line snapshots() {
        return snapshots;
    }

    InetSocketAddress address() {
        return address.resolved();
    }

    /** From the next connection on it is called there. */
    void moveTo(HostAndPort other) {
        if (!address.equals(other)) {
            address = other;
            close();
        }
    }

    void watch(long nowNanos) {
        lines().forEach(line -> line.watch(nowNanos));
    }

    private List<Line> lines() {
        return List.of(urgent, log, snapshots);
    }

    @Override
    public void close() {
        lines().forEach(Line::close);
    }
}
