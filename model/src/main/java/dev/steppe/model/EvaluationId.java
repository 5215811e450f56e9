package dev.steppe.model;

/** The id of an evaluation. */
public final class EvaluationId extends Id<EvaluationId> {
    public EvaluationId(String value) {
        super(value, "evaluation id");
    }
}
