package dev.steppe.client.settings;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The store of secrets in Vault's dialect that the tasks of a node read from ({@code vault}).
 *
 * @param token the node's own, with which it makes the tokens of its tasks; never shown
 * @param role a role of tokens to make them with; empty makes children of the node's own
 * @param authority a file of certificates to trust besides the machine's
 * @param tokenLife how long a task's token lives unless it is renewed
 * @param readEvery how often a secret without a lease is read again
 */
public record VaultSettings(
        boolean enabled,
        URI address,
        String token,
        String namespace,
        String role,
        Optional<Path> authority,
        Duration tokenLife,
        Duration readEvery) {

    /** None. */
    public static VaultSettings none() {
        return new VaultSettings(
                false,
                URI.create("http://127.0.0.1:8200"),
                "",
                "",
                "",
                Optional.empty(),
                Duration.ofHours(72),
                Duration.ofMinutes(5));
    }

    /** Says nothing of the token. */
    @Override
    public String toString() {
        return "VaultSettings[enabled=" + enabled + ", address=" + address + ", namespace=" + namespace + "]";
    }
}
