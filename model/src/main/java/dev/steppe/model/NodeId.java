package dev.steppe.model;

import dev.steppe.model.codec.Scalar;

/** The id of node. Never empty. */
public record NodeId(String value) implements Scalar, Comparable<NodeId> {
    public NodeId {
        Ids.check(value, "node id");
    }

    @Override
    public int compareTo(NodeId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
