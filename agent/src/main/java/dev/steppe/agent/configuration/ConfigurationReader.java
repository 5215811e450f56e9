package dev.steppe.agent.configuration;

import dev.steppe.client.network.NetworkSettings;
import dev.steppe.client.network.Subnet;
import dev.steppe.language.hcl.Body;
import dev.steppe.language.hcl.Expression;
import dev.steppe.language.hcl.Hcl;
import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import dev.steppe.language.value.Value;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;

/**
 * Reads configuration files, in HCL or (when they end in .json) JSON. Files are one text in many parts: what a later one
 * sets wins, maps are merged. Everything wrong in all of them is reported at once.
 */
public final class ConfigurationReader {
    private static final String ALONE = "every agent is a server and a node in one process so far";
    private static final String UNIX = "unix://";

    private final Findings findings = new Findings();

    private ConfigurationReader() {}

    /** What the files say; with diagnostics it is not to be used. */
    public record Parsed(Configuration configuration, List<Diagnostic> diagnostics) {}

    /** Reads the files over the defaults. */
    public static Parsed read(List<Source> sources, Configuration defaults) {
        var reader = new ConfigurationReader();
        var bodies = new ArrayList<Body>();
        for (Source source : sources) {
            bodies.add(reader.body(source));
        }
        var configuration = reader.top(new Section("", bodies, reader.findings), defaults);
        var names = sources.stream().map(Source::name).toList();
        return new Parsed(configuration, reader.findings.inOrder(names));
    }

    /** The full names of all keys that have effect. */
    static SortedSet<String> keys() {
        var reader = new ConfigurationReader();
        var nothing = reader.top(new Section("", List.of(), reader.findings), Configuration.development());
        if (!nothing.equals(Configuration.development())) {
            throw new IllegalStateException("without a file the defaults are not the defaults: " + nothing);
        }
        return reader.findings.keys();
    }

    private Body body(Source source) {
        if (!source.name().endsWith(".json")) {
            var parsed = Hcl.parse(source);
            findings.addAll(parsed.diagnostics());
            return parsed.body();
        }
        try {
            var expression = Hcl.parseExpression(source);
            if (expression instanceof Expression.ObjectOf object) {
                return findings.body(object);
            }
            findings.error(expression.range(), "A configuration in JSON is an object", "Write { ... }.");
        } catch (DiagnosticException refused) {
            findings.addAll(refused.diagnostics());
        }
        return new Body(List.of(), source.range(0, 0));
    }

    private Configuration top(Section section, Configuration defaults) {
        var configuration = new Configuration(
                section.value("datacenter", Reading::text).orElse(defaults.datacenter()),
                section.value("name", Reading::text).or(defaults::name),
                section.value("data_dir", Reading::absolutePath).or(defaults::dataDir),
                section.value("bind_addr", ConfigurationReader::loopback).orElse(defaults.bindAddr()),
                ports(section.block("ports"), defaults.ports()),
                client(section.block("client"), defaults.client()),
                plugins(section, defaults.plugins()));
        server(section.block("server"));
        section.close(NotYet.TOP);
        return configuration;
    }

    /** A development agent asks nobody who they are, so nobody else may reach it. */
    private static String loopback(Value value) throws RefusedValueException {
        String address = Reading.text(value);
        if (!address.matches("127(\\.\\d{1,3}){3}")) {
            throw new RefusedValueException("= \"" + address
                    + "\" is not supported yet: a development agent listens on loopback only, such as 127.0.0.1");
        }
        return address;
    }

    private static Ports ports(Section section, Ports defaults) {
        var ports = new Ports(
                section.value("http", Reading::port).orElse(defaults.http()),
                section.value("consul", Reading::port).orElse(defaults.consul()),
                section.value("dns", Reading::port).orElse(defaults.dns()));
        section.close(NotYet.PORTS);
        return ports;
    }

    private static void server(Section section) {
        section.fixed("enabled", true, ALONE);
        section.check("bootstrap_expect", value -> {
            int count = Reading.port(value);
            if (count != 1) {
                throw new RefusedValueException("= " + count + " is not supported yet: there is one server so far");
            }
            return count;
        });
        section.close(NotYet.SERVER);
    }

    private static ClientSettings client(Section section, ClientSettings defaults) {
        section.fixed("enabled", true, ALONE);
        var client = new ClientSettings(
                section.value("node_class", Reading::text).orElse(defaults.nodeClass()),
                section.value("node_pool", ConfigurationReader::pool).orElse(defaults.nodePool()),
                section.texts("meta"),
                section.value("network_interface", Reading::text).or(defaults::networkInterface),
                section.value("bridge_network_name", ConfigurationReader::bridge)
                        .orElse(defaults.bridgeNetworkName()),
                section.value("bridge_network_subnet", ConfigurationReader::subnet)
                        .orElse(defaults.bridgeNetworkSubnet()));
        section.close(NotYet.CLIENT);
        return client;
    }

    private static String pool(Value value) throws RefusedValueException {
        String pool = Reading.text(value);
        if (pool.equals("all") || !pool.matches("[a-zA-Z0-9_-]{1,128}")) {
            throw new RefusedValueException("= \"" + pool
                    + "\" must be 1 to 128 letters, digits, - or _, and not \"all\", which means every pool");
        }
        return pool;
    }

    private static String bridge(Value value) throws RefusedValueException {
        String name = Reading.text(value);
        try {
            return network(name, ClientSettings.standard().bridgeNetworkSubnet())
                    .bridge();
        } catch (IllegalArgumentException wrong) {
            throw new RefusedValueException("is refused: " + wrong.getMessage());
        }
    }

    private static Subnet subnet(Value value) throws RefusedValueException {
        String text = Reading.text(value);
        try {
            return network(NetworkSettings.DEFAULT_BRIDGE, Subnet.parse(text)).subnet();
        } catch (IllegalArgumentException wrong) {
            throw new RefusedValueException("is refused: " + wrong.getMessage());
        }
    }

    private static NetworkSettings network(String bridge, Subnet subnet) {
        return new NetworkSettings(bridge, subnet, Path.of("/"), Optional.empty());
    }

    private static Plugins plugins(Section top, Plugins defaults) {
        var found = top.labelled("plugin", List.of("raw_exec", "java", "docker"));
        var rawExec = config(Objects.requireNonNull(found.get("raw_exec")));
        rawExec.fixed("no_cgroups", false, "tasks always have control groups where the agent may make some");
        var java = config(Objects.requireNonNull(found.get("java")));
        var docker = config(Objects.requireNonNull(found.get("docker")));
        var plugins = new Plugins(
                new Plugins.RawExec(
                        rawExec.value("enabled", Reading::flag)
                                .orElse(defaults.rawExec().enabled()),
                        rawExec.value("allow_root", Reading::flag)
                                .orElse(defaults.rawExec().allowRoot())),
                new Plugins.Java(
                        java.value("allow_root", Reading::flag)
                                .orElse(defaults.java().allowRoot()),
                        java.value("java_home", Reading::absolutePath).or(defaults.java()::javaHome)),
                docker(docker, defaults.docker()));
        rawExec.close(NotYet.RAW_EXEC);
        java.close(NotYet.JAVA);
        docker.close(NotYet.DOCKER);
        return plugins;
    }

    private static Section config(Section plugin) {
        var config = plugin.block("config");
        plugin.close(NotYet.PLUGIN);
        return config;
    }

    private static Plugins.Docker docker(Section section, Plugins.Docker defaults) {
        var volumes = section.block("volumes");
        var docker = new Plugins.Docker(
                section.value("endpoint", ConfigurationReader::socket).or(defaults::endpoint),
                section.value("allow_privileged", Reading::flag).orElse(defaults.allowPrivileged()),
                volumes.value("enabled", Reading::flag).orElse(defaults.volumesEnabled()));
        volumes.close(NotYet.DOCKER_VOLUMES);
        return docker;
    }

    private static Path socket(Value value) throws RefusedValueException {
        String endpoint = Reading.text(value);
        if (!endpoint.startsWith(UNIX + "/")) {
            throw new RefusedValueException("= \"" + endpoint
                    + "\" is not supported yet: name the daemon's socket, as in unix:///var/run/docker.sock");
        }
        return Reading.absolutePath(Value.of(endpoint.substring(UNIX.length())));
    }
}
