package dev.steppe.agent.configuration;

import java.nio.file.Path;
import java.util.Optional;

/** All that configuration files say about an agent; what they leave out has its default. Made by {@link ConfigurationReader}. */
public record Configuration(
        String datacenter,
        Optional<String> name,
        Optional<Path> dataDir,
        String bindAddr,
        Ports ports,
        ClientSettings client,
        Plugins plugins) {

    /** What a development agent does without any file. */
    public static Configuration development() {
        return new Configuration(
                "dc1",
                Optional.empty(),
                Optional.empty(),
                "127.0.0.1",
                Ports.standard(),
                ClientSettings.standard(),
                Plugins.development());
    }
}
