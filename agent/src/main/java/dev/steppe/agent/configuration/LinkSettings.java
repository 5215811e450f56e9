package dev.steppe.agent.configuration;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How an agent finds other agents and what it proves itself with.
 *
 * @param servers where servers are called, from every word that says so
 * @param startJoin true when an agent that reaches none of them soon must not go on
 * @param retryInterval how long one attempt to reach any of them lasts
 * @param retryMax how many attempts there are; 0 for no end
 * @param own certificates that somebody else made; without them the servers make some
 * @param verifyNames whether the names of roles in such certificates are looked at
 * @param otherRegions where servers of other regions are called
 * @param encrypt the key that servers must have in common, in base64; never shown
 */
public record LinkSettings(
        List<String> servers,
        boolean startJoin,
        Duration retryInterval,
        int retryMax,
        Optional<OwnCertificates> own,
        boolean verifyNames,
        List<String> otherRegions,
        Optional<String> encrypt) {
    /** Agents that are started together are not all there at once. */
    private static final Duration START_PATIENCE = Duration.ofSeconds(60);

    public LinkSettings {
        servers = List.copyOf(servers);
        otherRegions = List.copyOf(otherRegions);
    }

    /** How long an agent that reaches none of the servers goes on; empty for ever. */
    public Optional<Duration> giveUpAfter() {
        if (servers.isEmpty()) {
            return Optional.empty();
        }
        if (retryMax > 0) {
            return Optional.of(retryInterval.multipliedBy(retryMax));
        }
        return startJoin ? Optional.of(START_PATIENCE) : Optional.empty();
    }

    /** Files in PEM. */
    public record OwnCertificates(Path authority, Path certificate, Path key) {}

    @Override
    public String toString() {
        return "LinkSettings[servers=" + servers + ", own=" + own + "]";
    }
}
