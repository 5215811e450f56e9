package dev.steppe.agent.configuration;

import java.time.Duration;
import java.util.List;

/**
 * The name service.
 *
 * @param domain names that end so are answered
 * @param recursors who is asked for other names, address with optional port; empty for those of the machine
 */
public record NameServiceSettings(
        String domain, List<String> recursors, Duration recursorTimeout, Duration nodeTtl, Duration serviceTtl) {
    public NameServiceSettings {
        recursors = List.copyOf(recursors);
    }
}
