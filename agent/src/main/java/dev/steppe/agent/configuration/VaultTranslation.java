package dev.steppe.agent.configuration;

import dev.steppe.client.settings.VaultSettings;
import dev.steppe.language.value.Value;
import java.net.URI;

/** The block {@code vault} as settings. For one thread. */
final class VaultTranslation {
    private final Written nomad;
    private final Findings findings;

    VaultTranslation(Written nomad, Findings findings) {
        this.nomad = nomad;
        this.findings = findings;
    }

    VaultSettings settings() {
        var usual = VaultSettings.none();
        var address = nomad.value("vault.address", VaultTranslation::address);
        var token = nomad.value("vault.token", Reading::text).orElse("");
        boolean wanted = nomad.value("vault.enabled", Reading::flag).orElse(false);
        boolean enabled = wanted && address.isPresent() && !token.isEmpty();
        if (wanted && !enabled) {
            nomad.setting("vault.enabled")
                    .ifPresent(setting -> findings.atStart(
                            setting.place(),
                            "\"vault\" needs address and token",
                            "Write vault { enabled = true address = \"https://...\" token = \"...\" }: the tokens of tasks"
                                    + " are made with it."));
        }
        return new VaultSettings(
                enabled,
                address.orElse(usual.address()),
                token,
                nomad.value("vault.namespace", Reading::text).orElse(usual.namespace()),
                nomad.value("vault.create_from_role", Reading::text).orElse(usual.role()),
                nomad.value("vault.ca_file", Reading::absolutePath),
                nomad.value("vault.task_token_ttl", Translation::positive).orElse(usual.tokenLife()),
                nomad.value("client.template.vault_default_lease_duration", Translation::positive)
                        .orElse(usual.readEvery()));
    }

    private static URI address(Value value) throws RefusedValueException {
        String text = Reading.text(value);
        if (!text.matches("https?://[^/?#@]+(/[^?#]*)?")) {
            throw new RefusedValueException("= \"" + text + "\" must be an address such as https://vault.example:8200");
        }
        return URI.create(text);
    }
}
