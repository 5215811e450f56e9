package dev.steppe.client.settings;

import java.time.Duration;
import java.util.List;

/**
 * What fetching artifacts may cost and do ({@code client.artifact}). Sizes are bytes.
 *
 * @param environment variables of the agent that fetching gets
 */
public record ArtifactSettings(
        Duration httpTimeout,
        long httpSizeMax,
        Duration gitTimeout,
        Duration mercurialTimeout,
        Duration s3Timeout,
        Duration gcsTimeout,
        long unpackedSizeMax,
        int unpackedFilesMax,
        boolean inspectionDisabled,
        boolean isolationDisabled,
        List<String> isolationExtraPaths,
        List<String> environment) {
    private static final long SIZE_MAX = 100L << 30;
    private static final Duration TIMEOUT = Duration.ofMinutes(30);

    public ArtifactSettings {
        isolationExtraPaths = List.copyOf(isolationExtraPaths);
        environment = List.copyOf(environment);
    }

    public static ArtifactSettings standard() {
        return new ArtifactSettings(
                TIMEOUT, SIZE_MAX, TIMEOUT, TIMEOUT, TIMEOUT, TIMEOUT, SIZE_MAX, 4096, false, false, List.of(),
                List.of());
    }
}
