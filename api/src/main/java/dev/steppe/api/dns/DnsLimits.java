package dev.steppe.api.dns;

import java.time.Duration;

/** The bounds of the name service. */
public record DnsLimits(
        int udpBytesMax,
        int tcpConnectionsMax,
        Duration tcpIdle,
        int forwardedMax,
        int joinedMax,
        Duration upstreamTimeout,
        int upstreamsMax,
        Duration upstreamsReread) {

    /** The limits an agent starts with. */
    public static DnsLimits standard() {
        return new DnsLimits(
                // What askers may claim to take; larger answers go over TCP.
                4096,
                // TCP is the exception; each connection is a descriptor.
                256,
                // Askers over TCP send at once and leave.
                Duration.ofSeconds(10),
                // Each is a socket while its answer is awaited.
                512,
                // Askers of the same question wait together; more than this is a loop or a flood.
                128,
                // The usual patience of stub resolvers is five seconds for all tries.
                Duration.ofSeconds(2),
                // As the C library does.
                3,
                // A network change on a laptop is seen within this time.
                Duration.ofSeconds(5));
    }

    /** These limits with another patience for each resolver that is asked. */
    public DnsLimits withUpstreamTimeout(Duration timeout) {
        return new DnsLimits(
                udpBytesMax,
                tcpConnectionsMax,
                tcpIdle,
                forwardedMax,
                joinedMax,
                timeout,
                upstreamsMax,
                upstreamsReread);
    }
}
