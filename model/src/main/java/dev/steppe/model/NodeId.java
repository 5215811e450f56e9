package dev.steppe.model;

/** The id of a node. */
public final class NodeId extends Id<NodeId> {
    public NodeId(String value) {
        super(value, "node id");
    }
}
