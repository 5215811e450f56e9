package dev.steppe.model;

import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Json;
import java.util.List;

/** A task's wish for secrets, by policy or role. */
public record Vault(
        List<String> policies,
        String role,
        String namespace,
        @Default("default") String cluster,
        @Default("true") @Json("Env") boolean environment,
        @Default("restart") String changeMode,
        String changeSignal,
        boolean disableFile,
        boolean allowTokenExpiration) {}
