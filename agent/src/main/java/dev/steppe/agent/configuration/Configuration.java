package dev.steppe.agent.configuration;

import dev.steppe.api.metrics.Publishing;
import java.nio.file.Path;
import java.util.Optional;

/**
 * All that an agent is told by files and flags, whatever dialect they were written in; what they leave out has its
 * default. Made by {@link ConfigurationReader}.
 *
 * @param nodeId the id for a node that has none yet
 * @param allowByDefault what the mesh does with calls that no intention speaks of
 * @param accessControl whether callers of the APIs need a token
 */
public record Configuration(
        String region,
        String datacenter,
        Optional<String> name,
        Optional<String> nodeId,
        Optional<Path> dataDir,
        Optional<Path> pidFile,
        Listening listening,
        Ports ports,
        ServerSettings server,
        LinkSettings link,
        ClientSettings client,
        Plugins plugins,
        LogSettings log,
        ApiSettings api,
        NameServiceSettings names,
        Publishing telemetry,
        Leaving leaving,
        boolean allowByDefault,
        boolean accessControl) {

    /** What a development agent does without any file. */
    public static Configuration development() {
        return ConfigurationReader.read(java.util.List.of(), java.util.List.of(), true)
                .configuration();
    }
}
