package dev.steppe.mesh.configuration;

import java.time.Instant;
import java.util.List;

/** What a node's proxy has done and refused since it started, and which configuration it serves. */
public record ProxyReport(
        long version,
        Instant startedAt,
        List<String> problems,
        List<InboundCounters> inbounds,
        List<UpstreamCounters> upstreams,
        List<Refusal> refusals) {
    public ProxyReport {
        problems = List.copyOf(problems);
        inbounds = List.copyOf(inbounds);
        upstreams = List.copyOf(upstreams);
        refusals = List.copyOf(refusals);
    }

    /** Bytes are those of the application, without TLS and framing. */
    public record InboundCounters(
            String allocationId,
            String service,
            Address publicAddress,
            long accepted,
            long active,
            long denied,
            long failed,
            long bytesReceived,
            long bytesSent) {}

    /** Bytes are those of the application, without TLS and framing. */
    public record UpstreamCounters(
            String allocationId,
            String service,
            String destination,
            Address bind,
            long accepted,
            long active,
            long denied,
            long failed,
            long bytesSent,
            long bytesReceived) {}

    /** On which side of a call this proxy stood when the call failed. */
    public enum Side {
        CALLER,
        DESTINATION
    }

    /** Why a call did not come about. */
    public enum Cause {
        DENIED,
        NO_ENDPOINT,
        UNREACHABLE,
        UNTRUSTED,
        APPLICATION_DOWN,
        OVERLOADED
    }

    /**
     * Calls that were refused for one reason. Equal ones are counted together: {@code count} and {@code lastAt} grow, and
     * {@code sequence} is renewed, so that a reader who remembers the greatest sequence sees what is new.
     */
    public record Refusal(
            long sequence,
            Instant lastAt,
            long count,
            Side side,
            Cause cause,
            String allocationId,
            String source,
            String destination,
            String rule,
            String remedy) {
        /** One sentence for an operator. */
        public String message() {
            String what = source + " -> " + destination + " refused: " + rule;
            return remedy.isEmpty() ? what : what + "; " + remedy;
        }
    }
}
