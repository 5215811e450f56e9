package dev.steppe.agent.configuration;

/**
 * The block {@code ports}: where an agent listens. 0 chooses a free port.
 *
 * @param http the Nomad API
 * @param consul the Consul API; -1 where it is served over TLS alone
 * @param consulTls the Consul API over TLS; -1 where it is not
 * @param dns the name service
 * @param rpc agents among themselves
 * @param log the replicated log, servers among themselves
 */
public record Ports(int http, int consul, int consulTls, int dns, int rpc, int log) {
    /** In place of a port where nobody listens. */
    public static final int NONE = -1;

    /** The ports people know. */
    public static Ports standard() {
        return new Ports(4646, 8500, NONE, 8600, 4647, 4648);
    }
}
