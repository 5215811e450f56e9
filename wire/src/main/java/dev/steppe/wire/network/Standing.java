package dev.steppe.wire.network;

import java.util.List;
import java.util.Optional;

/**
 * A server's part among the servers now.
 *
 * @param leads whether nodes' streams are taken here
 * @param leader where the leader is called, where that is known
 * @param servers where all are called
 */
public record Standing(boolean leads, Optional<HostPort> leader, List<HostPort> servers) {
    public Standing {
        servers = List.copyOf(servers);
    }

    List<String> serverTexts() {
        return servers.stream().map(HostPort::toString).toList();
    }
}
