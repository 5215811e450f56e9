package dev.steppe.model;

/** The id of an allocation. */
public final class AllocationId extends Id<AllocationId> {
    public AllocationId(String value) {
        super(value, "allocation id");
    }
}
