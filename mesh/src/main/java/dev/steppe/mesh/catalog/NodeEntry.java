package dev.steppe.mesh.catalog;

import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeStatus;

/** A node as the catalog shows it. */
public record NodeEntry(
        NodeId id, String name, String address, String datacenter, Check check, long createIndex, long modifyIndex) {
    private static final String CHECK_ID = "serfHealth";
    private static final String CHECK_NAME = "Serf Health Status";

    static NodeEntry of(Node node) {
        return new NodeEntry(
                node.id(),
                node.spec().name(),
                node.spec().address(),
                node.spec().datacenter(),
                check(node.status()),
                node.createIndex(),
                node.modifyIndex());
    }

    /** The check of a node that answers; its id is the one that clients of the Consul dialect look for. */
    static Check alive() {
        return new Check(CHECK_ID, CHECK_NAME, "", Health.PASSING, "Agent alive and reachable");
    }

    private static Check check(NodeStatus status) {
        return switch (status) {
            case READY, INITIALIZING -> alive();
            case DOWN, DISCONNECTED ->
                new Check(CHECK_ID, CHECK_NAME, "", Health.CRITICAL, "Agent not live or unreachable");
        };
    }
}
