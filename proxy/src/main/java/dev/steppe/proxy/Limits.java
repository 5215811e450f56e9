package dev.steppe.proxy;

import java.time.Duration;

/**
 * Every bound of the data plane. The defaults' reasons stand beside them.
 *
 * @param eventLoops one per core: the work is system calls and ciphers, more threads only add switches; at most 8
 * @param connectionsPerListener then the listener stops accepting and the kernel's queue holds callers back
 * @param backlog what that queue holds, also while no proxy runs; the kernel caps it at net.core.somaxconn (4096)
 * @param handshakeTimeout a TLS handshake takes about 1 ms of work; slower peers are broken or hostile
 * @param connectTimeout a round trip and one lost SYN (retransmitted after 1 s) within a data centre
 * @param answerTimeout above {@code connectTimeout}, which the destination spends on its own application
 * @param dialAttempts endpoints tried for one call; more only delays the application's own error handling
 * @param heldBytes what a caller may send before the destination answered, kept to be sent again elsewhere
 * @param backOffFirst how long an endpoint that could not be reached is left out, doubled with each failure
 * @param backOffMax an instance that is healthy again is used at most this much later
 * @param idleTunnels kept for the next call, for each endpoint and event loop
 * @param tunnelIdle shorter than {@code tunnelIdleInbound}, so that the caller closes first and no call is lost
 * @param tunnelIdleInbound how long a destination keeps a tunnel without a call
 * @param halfClosedIdle a connection of which one direction ended and the other one carries nothing
 * @param writeLowBytes resume reading the other side below this
 * @param writeHighBytes stop reading the other side above this: some TLS records, so that a fast link stays busy
 * @param readBytesMax one read; four full TLS records
 * @param refusals distinct reasons remembered; a flood of one reason is one entry with a count
 */
public record Limits(
        int eventLoops,
        int connectionsPerListener,
        int backlog,
        Duration handshakeTimeout,
        Duration connectTimeout,
        Duration answerTimeout,
        int dialAttempts,
        int heldBytes,
        Duration backOffFirst,
        Duration backOffMax,
        int idleTunnels,
        Duration tunnelIdle,
        Duration tunnelIdleInbound,
        Duration halfClosedIdle,
        int writeLowBytes,
        int writeHighBytes,
        int readBytesMax,
        int refusals) {
    public static Limits defaults() {
        return new Limits(
                Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 8),
                4_096,
                1_024,
                Duration.ofSeconds(5),
                Duration.ofSeconds(2),
                Duration.ofSeconds(4),
                3,
                64 * 1024,
                Duration.ofMillis(200),
                Duration.ofSeconds(10),
                16,
                Duration.ofSeconds(30),
                Duration.ofSeconds(90),
                Duration.ofHours(1),
                64 * 1024,
                256 * 1024,
                64 * 1024,
                256);
    }
}
