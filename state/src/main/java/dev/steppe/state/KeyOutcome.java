package dev.steppe.state;

import dev.steppe.model.data.KeyEntry;
import java.util.List;

/**
 * What became of a transaction on keys: what its operations read or wrote, in their order, or, when any failed, which
 * ones and why.
 */
public record KeyOutcome(List<Result> results, List<Failure> failures) {

    /** A key as an operation saw or left it; {@code withValue} tells whether the operation asked for the value. */
    public record Result(int operation, KeyEntry entry, boolean withValue) {}

    /** An operation that could not be carried out. */
    public record Failure(int operation, String reason) {}

    public boolean succeeded() {
        return failures.isEmpty();
    }
}
