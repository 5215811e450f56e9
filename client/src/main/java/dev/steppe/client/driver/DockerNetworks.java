package dev.steppe.client.driver;

import dev.steppe.model.PortMapping;
import dev.steppe.model.specification.ConfigKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a container is connected: as its group is, when that has a network of its own, else as the engine connects
 * containers.
 */
final class DockerNetworks {
    /** What only the holder of a network decides. */
    private static final SortedMap<String, String> OF_THE_GROUP =
            Collections.unmodifiableSortedMap(new TreeMap<>(Map.of(
                    "network_mode", "the group's network is used; remove it",
                    "network_aliases", "the group's network has no names; use a service",
                    "mac_address", "the group's network has its own; remove it",
                    "ipv4_address", "the group's network has its own; remove it",
                    "ipv6_address", "the group's network has its own; remove it",
                    "hostname", "write it in the group: network { hostname = \"...\" }",
                    "dns_servers", "write it in the group: network { dns { servers = [...] } }",
                    "dns_search_domains", "write it in the group: network { dns { searches = [...] } }",
                    "dns_options", "write it in the group: network { dns { options = [...] } }",
                    "port_map", "the group publishes the ports: port \"label\" { to = 8080 }")));

    private static final List<String> NAMES =
            List.of("127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback");

    private final TaskContext task;
    private final SortedMap<String, Object> config;

    DockerNetworks(TaskContext task) {
        this.task = task;
        this.config = task.config();
    }

    /** Refuses what contradicts the group's network. */
    void check() throws DriverException {
        if (task.network().isEmpty()) {
            return;
        }
        for (Map.Entry<String, String> key : OF_THE_GROUP.entrySet()) {
            if (config.containsKey(key.getKey())) {
                throw DriverException.refused("config key \"" + key.getKey()
                        + "\" is refused in a group with a network of its own: " + key.getValue());
            }
        }
    }

    String mode() throws DriverException {
        if (task.network().isEmpty()) {
            var wish = ConfigKeys.text(config, "network_mode");
            return wish.isEmpty() ? "default" : wish;
        }
        return "container:"
                + task.network()
                        .get()
                        .pauseContainer()
                        .orElseThrow(() -> DriverException.refused(
                                "the group's network has no pause container, which a docker task needs to join it"));
    }

    /** What the engine is told of the container's place in its network; empty when there is nothing to tell. */
    Map<String, Object> place() throws DriverException {
        var addresses = new TreeMap<String, Object>();
        put(addresses, "IPv4Address", "ipv4_address");
        put(addresses, "IPv6Address", "ipv6_address");
        var end = new TreeMap<String, Object>();
        if (!addresses.isEmpty()) {
            end.put("IPAMConfig", addresses);
        }
        if (config.containsKey("network_aliases")) {
            end.put("Aliases", ConfigKeys.texts(config, "network_aliases"));
        }
        put(end, "MacAddress", "mac_address");
        return end.isEmpty() ? Map.of() : Map.of("EndpointsConfig", Map.of(mode(), end));
    }

    private void put(SortedMap<String, Object> into, String name, String key) {
        if (config.containsKey(key)) {
            into.put(name, ConfigKeys.text(config, key));
        }
    }

    /** Settings of names, where the engine writes the files. */
    void names(SortedMap<String, Object> host) {
        host.put("Dns", ConfigKeys.texts(config, "dns_servers"));
        host.put("DnsSearch", ConfigKeys.texts(config, "dns_search_domains"));
        host.put("DnsOptions", ConfigKeys.texts(config, "dns_options"));
        if (task.network().isEmpty()) {
            host.put("ExtraHosts", ConfigKeys.texts(config, "extra_hosts"));
        }
    }

    /** The files of the group's network, which take the place of those the engine writes. */
    List<String> binds() throws DriverException {
        var binds = new ArrayList<String>();
        if (task.network().isPresent()) {
            var network = task.network().get();
            binds.add(network.resolvConf() + ":/etc/resolv.conf:ro");
            hosts(network).ifPresent(file -> binds.add(file + ":/etc/hosts:ro"));
        }
        return binds;
    }

    private Optional<Path> hosts(TaskNetwork network) throws DriverException {
        var extra = ConfigKeys.texts(config, "extra_hosts");
        if (extra.isEmpty()) {
            return network.hosts();
        }
        try {
            var lines = new ArrayList<>(
                    network.hosts().isPresent()
                            ? Files.readAllLines(network.hosts().get())
                            : NAMES);
            for (String entry : extra) {
                int colon = entry.indexOf(':');
                if (colon <= 0 || entry.endsWith(":host-gateway")) {
                    throw DriverException.refused(
                            "extra_hosts \"" + entry + "\" must be name:address in a group with a network of its own");
                }
                lines.add(entry.substring(colon + 1) + " " + entry.substring(0, colon));
            }
            var file = task.directories().driverState().resolve("hosts");
            return Optional.of(Files.write(file, lines));
        } catch (IOException disk) {
            throw DriverException.failed("the hosts file of task " + task.taskName() + " cannot be written", disk);
        }
    }

    /** By port and protocol inside, where it is published; in a group with a network of its own the group publishes. */
    SortedMap<String, Object> ports() throws DriverException {
        var bindings = new TreeMap<String, Object>();
        for (String label : ConfigKeys.texts(config, "ports")) {
            var mapping = port(label, "ports");
            if (task.network().isEmpty()) {
                publish(mapping, mapping.to() > 0 ? mapping.to() : mapping.value(), bindings);
            }
        }
        for (Map.Entry<String, Integer> mapped : mapped().entrySet()) {
            publish(port(mapped.getKey(), "port_map"), mapped.getValue(), bindings);
        }
        return bindings;
    }

    /** Ports inside by label, as older files tell them. */
    private SortedMap<String, Integer> mapped() throws DriverException {
        var mapped = new TreeMap<String, Integer>();
        for (Map.Entry<String, String> entry :
                ConfigKeys.textMap(config, "port_map").entrySet()) {
            if (!entry.getValue().matches("[0-9]{1,5}")) {
                throw DriverException.refused("port_map " + entry.getKey() + " = \"" + entry.getValue()
                        + "\" must be the number of a port in the container");
            }
            mapped.put(entry.getKey(), Integer.parseInt(entry.getValue()));
        }
        return mapped;
    }

    /** The environment, in which {@code NOMAD_PORT_label} is the port inside. */
    List<String> environment() throws DriverException {
        var variables = new TreeMap<>(task.environment());
        mapped().forEach((label, inside) -> variables.put("NOMAD_PORT_" + label, Integer.toString(inside)));
        return variables.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .toList();
    }

    private PortMapping port(String label, String key) throws DriverException {
        return task.ports().stream()
                .filter(port -> port.label().equals(label))
                .findFirst()
                .orElseThrow(() -> DriverException.refused("config key \"" + key + "\" names \"" + label
                        + "\", but the group's network has no port of that label"));
    }

    private static void publish(PortMapping mapping, int inside, SortedMap<String, Object> bindings) {
        for (String protocol : List.of("tcp", "udp")) {
            bindings.put(
                    inside + "/" + protocol,
                    List.of(Map.of("HostIp", mapping.hostIp(), "HostPort", Integer.toString(mapping.value()))));
        }
    }
}
