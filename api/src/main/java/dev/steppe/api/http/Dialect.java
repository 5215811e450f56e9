package dev.steppe.api.http;

import java.time.Duration;

/** Whose words a listener speaks: header names, waiting times and error forms differ. */
public enum Dialect {
    NOMAD("X-Nomad-", Duration.ofMinutes(5)),
    CONSUL("X-Consul-", Duration.ofMinutes(10));

    private final String headerPrefix;
    private final Duration waitMax;

    Dialect(String headerPrefix, Duration waitMax) {
        this.headerPrefix = headerPrefix;
        this.waitMax = waitMax;
    }

    /** The header that carries the index, the leader's state and so on, such as {@code X-Nomad-Index}. */
    public String header(String suffix) {
        return headerPrefix + suffix;
    }

    /** The longest time a blocking query may ask for; longer wishes are cut to it. */
    public Duration waitMax() {
        return waitMax;
    }

    /** The response with the headers every read carries. An index of zero is told as one, because zero never blocks. */
    public Response stamp(Response response, ReadState state) {
        return response.with(header("Index"), Long.toString(Math.max(1, state.index())))
                .with(header("KnownLeader"), Boolean.toString(state.knownLeader()))
                .with(header("LastContact"), Long.toString(state.lastContact().toMillis()));
    }

    /** How fresh an answer is: the index it shows, and how long ago the answering server heard of its leader. */
    public record ReadState(long index, boolean knownLeader, Duration lastContact) {}
}
