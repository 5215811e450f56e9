package dev.steppe.agent.configuration;

/**
 * The block {@code ports}: where an agent listens. 0 chooses a free port.
 *
 * @param http the Nomad API
 * @param consul the Consul API
 * @param dns the name service
 * @param rpc agents among themselves
 * @param log the replicated log, servers among themselves
 */
public record Ports(int http, int consul, int dns, int rpc, int log) {
    /** The ports people know. */
    public static Ports standard() {
        return new Ports(4646, 8500, 8600, 4647, 4648);
    }
}
