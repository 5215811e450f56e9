package dev.steppe.mesh.catalog;

import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeStatus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The agents' own services, listed as people are used to: {@code nomad} and {@code consul} on servers, {@code
 * nomad-client} on nodes.
 */
final class AgentRows {
    private static final String SERVER = "nomad";
    private static final String CLIENT = "nomad-client";
    /** What clients of the Consul dialect ask for to find the servers; its id is unique per node only, as there. */
    private static final String CONSUL = "consul";

    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");

    private AgentRows() {}

    static Optional<Instance> ofNode(Node node, NodeEntry entry) {
        int port = port(node.spec().httpAddress());
        if (node.status() == NodeStatus.DOWN || port == 0) {
            return Optional.empty();
        }
        return Optional.of(row("_nomad-client-" + node.id() + "-http", CLIENT, entry, port, "http"));
    }

    /** A server is listed once per port; it is on the node of the same name when it runs workloads too. */
    static List<Instance> ofServer(ServerAgent server, Optional<NodeEntry> namesake, String datacenter) {
        NodeEntry entry = namesake.orElseGet(() -> new NodeEntry(
                new NodeId("server-" + server.name()),
                server.name(),
                server.address(),
                datacenter,
                NodeEntry.alive(),
                1,
                1));
        List<Instance> rows = new ArrayList<>();
        if (server.httpPort() > 0) {
            rows.add(row("_nomad-server-" + server.name() + "-http", SERVER, entry, server.httpPort(), "http"));
        }
        if (server.rpcPort() > 0) {
            rows.add(row("_nomad-server-" + server.name() + "-rpc", SERVER, entry, server.rpcPort(), "rpc"));
            rows.add(row("consul", CONSUL, entry, server.rpcPort()));
        }
        return rows;
    }

    private static Instance row(String id, String name, NodeEntry node, int port, String... tags) {
        return new Instance(
                id,
                name,
                Optional.empty(),
                node,
                node.address(),
                port,
                List.of(tags),
                Collections.emptySortedMap(),
                Optional.empty(),
                false,
                List.of(),
                Instance.Sharing.USUAL,
                "consul",
                node.createIndex(),
                node.modifyIndex());
    }

    private static int port(String address) {
        String digits = address.substring(address.lastIndexOf(':') + 1);
        return PORT.matcher(digits).matches() ? Integer.parseInt(digits) : 0;
    }
}
