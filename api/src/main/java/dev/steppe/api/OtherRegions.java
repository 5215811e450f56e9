package dev.steppe.api;

import dev.steppe.wire.network.AgentCalls;
import dev.steppe.wire.network.HostPort;
import java.util.List;
import java.util.Optional;

/** The regions a server knows, and how those of others are asked. Safe for use from any thread. */
public interface OtherRegions {

    /** This region. */
    String own();

    /** All of them, this one too, by name. */
    List<String> names();

    /** The servers of another region, in the order in which to try them; empty for one that is not known. */
    Optional<Far> find(String region);

    /** The servers of another region that has this datacenter. */
    Optional<Far> withDatacenter(String datacenter);

    /** Another region. */
    record Far(String region, List<HostPort> servers, AgentCalls calls) {
        public Far {
            servers = List.copyOf(servers);
        }
    }

    /** How to say that there is no such region. */
    static String unknown(String region, List<String> known) {
        return "No path to region: \"" + region + "\" is not known here; known are " + String.join(", ", known);
    }
}
