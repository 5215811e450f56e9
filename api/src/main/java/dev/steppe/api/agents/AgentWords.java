package dev.steppe.api.agents;

import dev.steppe.model.FederatedRegion;
import dev.steppe.state.LogFormat;
import java.util.List;
import java.util.Optional;

/** What agents say to each other in requests. Names of components are part of the format. */
public final class AgentWords {
    /** Where an agent that has no certificate asks for one. */
    public static final String JOIN = "/agent/v1/join";

    /** Where an agent asks for its next certificate. */
    public static final String CERTIFICATE = "/agent/v1/certificate";

    /** Where an agent asks which servers there are. */
    public static final String STANDING = "/agent/v1/standing";

    /** Where a server tells the leader of itself. */
    public static final String SERVER = "/agent/v1/server";

    /** Where an agent asks for the answer to a question of the name service: DNS messages, {@code ?stream} over TCP. */
    public static final String NAMES = "/agent/v1/names";

    /** What a region tells servers of others of itself. */
    public static final String REGION = "/agent/v1/region";

    /** Where a server of another region makes its own known, and learns of this one. */
    public static final String FEDERATE = "/agent/v1/region/federate";

    /** Where an agent without a server asks whether there is a token; the body is the digest of its secret. */
    public static final String ACCESS = "/agent/v1/access";

    /** The header with which a server says which format of the log it understands; without it the first. */
    public static final String LOG_FORMAT = "X-Steppe-Log-Format";

    private AgentWords() {}

    /** What a header says; the first format where there is none. */
    public static int logFormat(Optional<String> header) {
        return header.filter(text -> text.matches("[1-9]\\d{0,5}"))
                .map(Integer::parseInt)
                .orElse(LogFormat.FIRST);
    }

    /**
     * A region that wants to be known.
     *
     * @param secret that of a token; empty where its certificate says enough
     */
    public record FederationWish(String secret, FederatedRegion region) {
        @Override
        public String toString() {
            return "FederationWish[" + region.name() + "]";
        }
    }

    /**
     * A wish to join.
     *
     * @param secret that of the token
     * @param role {@code server} or {@code client}
     * @param node the id of the agent's node; empty for one without
     * @param request PKCS#10 in DER
     */
    public record JoinWish(String secret, String role, String node, byte[] request) {
        @Override
        public String toString() {
            return "JoinWish[" + role + ", " + node + "]";
        }
    }

    /** A wish for the next certificate: PKCS#10 in DER. */
    public record RenewalWish(byte[] request) {}

    /** A certificate with what leads to a root, all roots, and where the servers are called. */
    public record Admitted(String chainPem, List<String> rootsPem, List<String> servers) {}

    /** A server's part among the servers; {@code leader} is empty while none is known. */
    public record ServerStanding(String region, boolean leads, String leader, List<String> servers) {}
}
