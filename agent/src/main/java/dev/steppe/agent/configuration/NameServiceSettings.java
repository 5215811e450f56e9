package dev.steppe.agent.configuration;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The name service.
 *
 * @param domain names that end so are answered
 * @param recursors who is asked for other names, address with optional port; empty for those of the machine
 * @param tokenDigest of the token with which other machines are answered where access control is on
 */
public record NameServiceSettings(
        String domain,
        List<String> recursors,
        Duration recursorTimeout,
        Duration nodeTtl,
        Duration serviceTtl,
        Optional<String> tokenDigest) {
    public NameServiceSettings {
        recursors = List.copyOf(recursors);
    }
}
