package dev.steppe.model;

import dev.steppe.model.codec.Scalar;

/** The id of evaluation. Never empty. */
public record EvaluationId(String value) implements Scalar, Comparable<EvaluationId> {
    public EvaluationId {
        Ids.check(value, "evaluation id");
    }

    @Override
    public int compareTo(EvaluationId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
