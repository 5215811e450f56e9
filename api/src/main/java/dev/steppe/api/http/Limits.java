package dev.steppe.api.http;

import java.time.Duration;

/** The bounds of an HTTP listener. */
public record Limits(
        int requestLineBytesMax,
        int headerBytesMax,
        int bodyBytesMax,
        int connectionsMax,
        int connectionsPerAddressMax,
        int pipelinedRequestsMax,
        Duration requestTimeout,
        Duration idleTimeout,
        Duration writeTimeout) {

    public Limits {
        if (bodyBytesMax < 1 || connectionsMax < 1 || connectionsPerAddressMax < 1 || pipelinedRequestsMax < 1) {
            throw new IllegalArgumentException("limits are at least one");
        }
    }

    /** The limits an agent starts with. */
    public static Limits standard() {
        return new Limits(
                // Query strings with filters and encoded job ids stay well below; Go's servers cut at 1 MiB in all.
                16 * 1024,
                // Room for a workload token (a JWT of some KiB) and what browsers send.
                32 * 1024,
                // The largest real job files are some 100 KiB; 10 MiB held by some dozen writers still fits in the
                // heap.
                10 * 1024 * 1024,
                // Each open connection is a descriptor and some KiB; half of a common hard limit of 20,000 descriptors.
                10_000,
                // From one remote address; tools on this host come over loopback, where the limit does not apply.
                200,
                // Clients that pipeline send two or three; more waits in the socket.
                8,
                // From a request's first byte to its last: slow senders do not hold a connection for ever.
                Duration.ofSeconds(60),
                // Between two requests; longer than the keep-alive of common clients (90 s), so that they close first.
                Duration.ofSeconds(120),
                // A reader that takes nothing for this long is gone.
                Duration.ofSeconds(40));
    }

    /** These limits with another bound on connections. */
    public Limits withConnections(int total, int perAddress) {
        return new Limits(
                requestLineBytesMax,
                headerBytesMax,
                bodyBytesMax,
                total,
                perAddress,
                pipelinedRequestsMax,
                requestTimeout,
                idleTimeout,
                writeTimeout);
    }

    /** These limits with other patience. */
    public Limits withTimeouts(Duration request, Duration idle, Duration write) {
        return new Limits(
                requestLineBytesMax,
                headerBytesMax,
                bodyBytesMax,
                connectionsMax,
                connectionsPerAddressMax,
                pipelinedRequestsMax,
                request,
                idle,
                write);
    }

    /** These limits with another bound on bodies. */
    public Limits withBody(int bytesMax) {
        return new Limits(
                requestLineBytesMax,
                headerBytesMax,
                bytesMax,
                connectionsMax,
                connectionsPerAddressMax,
                pipelinedRequestsMax,
                requestTimeout,
                idleTimeout,
                writeTimeout);
    }
}
