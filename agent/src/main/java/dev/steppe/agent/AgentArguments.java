package dev.steppe.agent;

import dev.steppe.agent.configuration.Configuration;
import dev.steppe.agent.configuration.ConfigurationFiles;
import dev.steppe.agent.configuration.ConfigurationReader;
import dev.steppe.client.network.NetworkSettings;
import dev.steppe.client.network.Subnet;
import dev.steppe.language.source.Diagnostic;
import dev.steppe.model.Port;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The command line of {@code steppe agent}: every flag is understood or refused by name, all problems at once. */
public final class AgentArguments {
    static final String USAGE = """
            Usage: steppe agent -dev [options]

              Starts an agent: server and node in one process.

            Options:
              -dev                        a whole cluster for development; removed when the agent stops
              -config=<path>              a configuration file, or a directory of some; may be repeated; flags win
              -default-intention=<what>   allow (the default) or deny calls that no intention speaks of
              -data-dir=<path>            where state and allocations are kept
              -node=<name>                the node's name; the host's name by default
              -dc=<name>                  the datacenter; dc1 by default
              -meta=<key>=<value>         a word about the node for constraints; may be repeated
              -network-interface=<name>   the interface whose address is given to ports
              -bridge=<name>              the bridge of allocations with networks of their own; steppe0 by default, none for none
              -bridge-subnet=<network>    the addresses given out there; 172.26.64.0/20 by default
              -nomad-port=<port>          the port of the Nomad API; 4646 by default, 0 for a free one
              -consul-port=<port>         the port of the Consul API; 8500 by default
              -dns-port=<port>            the port of DNS; 8600 by default
              -allow-root-tasks           lets raw_exec and java tasks that ask for it run as root
            """;

    private final List<String> problems = new ArrayList<>();
    private final List<Diagnostic> diagnostics = new ArrayList<>();
    private final List<String> files = new ArrayList<>();
    private final SortedMap<String, String> meta = new TreeMap<>();
    private final SortedMap<String, String> values = new TreeMap<>();

    /** Options, or what is wrong on the command line and in the configuration files. */
    public record Parsed(Optional<AgentOptions> options, List<String> problems, List<Diagnostic> diagnostics) {}

    /** Reads the words after {@code steppe agent}. */
    public static Parsed parse(List<String> arguments, Map<String, String> environment, boolean root) {
        return new AgentArguments().read(new ArrayDeque<>(arguments), environment, root);
    }

    private Parsed read(Deque<String> arguments, Map<String, String> environment, boolean root) {
        while (!arguments.isEmpty()) {
            flag(arguments);
        }
        if (!values.containsKey("dev")) {
            problems.add("only the development agent exists so far: add -dev");
        }
        String intention = values.getOrDefault("default-intention", "allow");
        if (!intention.equals("allow") && !intention.equals("deny")) {
            problems.add("-default-intention=" + intention + " must be allow or deny");
        }
        for (String port : List.of("nomad-port", "consul-port", "dns-port")) {
            String given = values.getOrDefault(port, "0");
            if (!given.matches("\\d{1,5}") || Integer.parseInt(given) > Port.VALUE_MAX) {
                problems.add("-" + port + "=" + given + " must be a number from 0 to " + Port.VALUE_MAX);
            }
        }
        var configuration = configuration();
        var flagged = Optional.ofNullable(values.get("data-dir")).map(Path::of).map(Path::toAbsolutePath);
        var chosen = flagged.or(configuration::dataDir);
        var usual = AgentOptions.of(configuration, chosen.orElseGet(() -> defaultDirectory(environment, root)));
        chosen.ifPresent(this::checkDirectory);
        var network = network(usual);
        if (!problems.isEmpty() || !diagnostics.isEmpty()) {
            return new Parsed(Optional.empty(), problems, diagnostics);
        }
        var allMeta = new TreeMap<>(usual.meta());
        allMeta.putAll(meta);
        return new Parsed(
                Optional.of(new AgentOptions(
                        true,
                        usual.dataDirectory(),
                        usual.runDirectory(),
                        values.getOrDefault("dc", usual.datacenter()),
                        Optional.ofNullable(values.get("node")).or(usual::nodeName),
                        usual.nodeClass(),
                        usual.nodePool(),
                        Collections.unmodifiableSortedMap(allMeta),
                        usual.bindAddress(),
                        port("nomad-port", usual.nomadPort()),
                        port("consul-port", usual.consulPort()),
                        port("dns-port", usual.dnsPort()),
                        Optional.ofNullable(values.get("network-interface")).or(usual::networkInterface),
                        values.getOrDefault("bridge", "").equals("none")
                                ? Optional.empty()
                                : Optional.of(network.bridge()),
                        network.subnet(),
                        intention.equals("allow"),
                        values.containsKey("allow-root-tasks") ? usual.plugins().allowingRoot() : usual.plugins())),
                List.of(),
                List.of());
    }

    /** What the configuration files say; what is wrong with them becomes problems. */
    private Configuration configuration() {
        try {
            var parsed = ConfigurationReader.read(ConfigurationFiles.read(files), Configuration.development());
            diagnostics.addAll(parsed.diagnostics());
            return parsed.configuration();
        } catch (IOException unreadable) {
            problems.add("-config: " + unreadable.getMessage());
            return Configuration.development();
        }
    }

    /** Another program's data must not go when this agent removes its own. */
    private void checkDirectory(Path directory) {
        for (String part : List.of("data", "run")) {
            Path path = directory.resolve(part);
            if (Files.exists(path) && !DevelopmentData.isOurs(path)) {
                problems.add(path + " exists and was not made by a development agent, which removes its data when it"
                        + " stops: choose another data_dir, or move it away");
            }
        }
    }

    /** The bridge and its addresses; what is wrong with them becomes a problem. */
    private NetworkSettings network(AgentOptions options) {
        var usual = NetworkSettings.standard(options.runDirectory());
        try {
            return new NetworkSettings(
                    values.getOrDefault("bridge", options.bridge().orElse(usual.bridge())),
                    values.containsKey("bridge-subnet")
                            ? Subnet.parse(values.get("bridge-subnet"))
                            : options.bridgeSubnet(),
                    usual.runDirectory(),
                    Optional.empty());
        } catch (IllegalArgumentException wrong) {
            problems.add("-bridge, -bridge-subnet: " + wrong.getMessage());
            return usual;
        }
    }

    private int port(String name, int usual) {
        return values.containsKey(name) ? Integer.parseInt(values.get(name)) : usual;
    }

    /** The same place each time, so that what a crash left is found again. */
    private static Path defaultDirectory(Map<String, String> environment, boolean root) {
        if (root) {
            return Path.of("/var/lib/steppe/dev");
        }
        String state = environment.get("XDG_STATE_HOME");
        Path home = Path.of(environment.getOrDefault("HOME", "/tmp"));
        return (state == null || state.isEmpty() ? home.resolve(".local/state") : Path.of(state)).resolve("steppe/dev");
    }

    private void flag(Deque<String> arguments) {
        String argument = arguments.pop();
        if (!argument.startsWith("-")) {
            problems.add("unexpected argument \"" + argument + "\"");
            return;
        }
        String flag = argument.replaceFirst("^--?", "");
        int equals = flag.indexOf('=');
        String name = equals < 0 ? flag : flag.substring(0, equals);
        switch (name) {
            case "dev", "allow-root-tasks" -> {
                if (equals >= 0 && !flag.endsWith("=true")) {
                    problems.add("-" + flag + ": leave the flag away instead");
                }
                values.put(name, "true");
            }
            case "config",
                    "default-intention",
                    "data-dir",
                    "node",
                    "dc",
                    "network-interface",
                    "bridge",
                    "bridge-subnet",
                    "meta",
                    "nomad-port",
                    "consul-port",
                    "dns-port" -> value(name, equals < 0 ? arguments.poll() : flag.substring(equals + 1));
            default -> problems.add("unknown flag -" + name + "; see steppe agent -h");
        }
    }

    private void value(String name, @org.jspecify.annotations.Nullable String value) {
        if (value == null || value.isEmpty()) {
            problems.add("-" + name + " needs a value: -" + name + "=<value>");
        } else if (name.equals("config")) {
            files.add(value);
        } else if (!name.equals("meta")) {
            values.put(name, value);
        } else if (value.indexOf('=') > 0) {
            meta.put(value.substring(0, value.indexOf('=')), value.substring(value.indexOf('=') + 1));
        } else {
            problems.add("-meta=" + value + " must be -meta=<key>=<value>");
        }
    }
}
