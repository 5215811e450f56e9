package dev.steppe.agent;

import dev.steppe.agent.configuration.AddressTemplate;
import dev.steppe.agent.configuration.MachineAddresses;
import dev.steppe.agent.configuration.NameServiceSettings;
import dev.steppe.api.dns.DnsLimits;
import dev.steppe.api.dns.DnsServer;
import dev.steppe.api.dns.Zone;
import dev.steppe.mesh.catalog.Catalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The name service as an agent's configuration describes it. */
final class NameService {
    private static final Path OF_MACHINE = Path.of("/etc/resolv.conf");

    private NameService() {}

    static DnsServer.Setup setup(AgentOptions options, Supplier<Catalog> catalog) throws IOException {
        var settings = options.configuration().names();
        return new DnsServer.Setup(
                new Zone(
                        settings.domain(),
                        options.datacenter(),
                        Math.toIntExact(settings.serviceTtl().toSeconds()),
                        Math.toIntExact(settings.nodeTtl().toSeconds())),
                catalog,
                resolvers(settings, options.runDirectory()),
                DnsLimits.standard().withUpstreamTimeout(settings.recursorTimeout()));
    }

    /** The resolvers that were configured, in the form in which a machine names its own; else the machine's own. */
    private static Path resolvers(NameServiceSettings settings, Path directory) throws IOException {
        if (settings.recursors().isEmpty()) {
            return OF_MACHINE;
        }
        var lines = settings.recursors().stream()
                .flatMap(recursor -> recursor.contains("{{")
                        ? AddressTemplate.resolve(recursor, MachineAddresses.now()).stream()
                        : Stream.of(recursor))
                .map(recursor -> "nameserver "
                        + recursor.replaceFirst("^(\\[[^]]+]|[^:]+):(\\d+)$", "$1#$2")
                                .replaceAll("[\\[\\]]", ""))
                .collect(Collectors.joining("\n", "", "\n"));
        return Files.writeString(directory.resolve("resolvers"), lines);
    }
}
