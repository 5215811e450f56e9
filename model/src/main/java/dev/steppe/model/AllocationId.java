package dev.steppe.model;

import dev.steppe.model.codec.Scalar;

/** The id of allocation. Never empty. */
public record AllocationId(String value) implements Scalar, Comparable<AllocationId> {
    public AllocationId {
        Ids.check(value, "allocation id");
    }

    @Override
    public int compareTo(AllocationId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
