package dev.steppe.agent;

import dev.steppe.client.network.NetworkSettings;
import dev.steppe.client.network.Subnet;
import dev.steppe.model.Port;
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
              -allow-root-tasks           lets tasks that ask for it run as root
            """;

    private final List<String> problems = new ArrayList<>();
    private final SortedMap<String, String> meta = new TreeMap<>();
    private final SortedMap<String, String> values = new TreeMap<>();

    /** Options, or what is wrong. */
    public record Parsed(Optional<AgentOptions> options, List<String> problems) {}

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
        Path base = defaultDirectory(environment, root);
        Path data =
                values.containsKey("data-dir") ? Path.of(values.get("data-dir")).toAbsolutePath() : base;
        var usual = AgentOptions.development(data);
        var network = network(usual);
        if (!problems.isEmpty()) {
            return new Parsed(Optional.empty(), problems);
        }
        return new Parsed(
                Optional.of(new AgentOptions(
                        true,
                        usual.dataDirectory(),
                        usual.runDirectory(),
                        values.getOrDefault("dc", usual.datacenter()),
                        Optional.ofNullable(values.get("node")),
                        Collections.unmodifiableSortedMap(meta),
                        usual.bindAddress(),
                        port("nomad-port", usual.nomadPort()),
                        port("consul-port", usual.consulPort()),
                        port("dns-port", usual.dnsPort()),
                        Optional.ofNullable(values.get("network-interface")),
                        values.getOrDefault("bridge", "").equals("none")
                                ? Optional.empty()
                                : Optional.of(network.bridge()),
                        network.subnet(),
                        intention.equals("allow"),
                        values.containsKey("allow-root-tasks"))),
                List.of());
    }

    /** The bridge and its addresses; what is wrong with them becomes a problem. */
    private NetworkSettings network(AgentOptions options) {
        var usual = NetworkSettings.standard(options.runDirectory());
        try {
            return new NetworkSettings(
                    values.getOrDefault("bridge", usual.bridge()),
                    Subnet.parse(values.getOrDefault("bridge-subnet", NetworkSettings.DEFAULT_SUBNET)),
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
            case "default-intention",
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
        } else if (!name.equals("meta")) {
            values.put(name, value);
        } else if (value.indexOf('=') > 0) {
            meta.put(value.substring(0, value.indexOf('=')), value.substring(value.indexOf('=') + 1));
        } else {
            problems.add("-meta=" + value + " must be -meta=<key>=<value>");
        }
    }
}
