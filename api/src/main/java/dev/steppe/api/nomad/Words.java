package dev.steppe.api.nomad;

import dev.steppe.model.ClientStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.JobType;
import dev.steppe.model.NodeStatus;
import java.util.Locale;

/** The published words of enumerated values. */
final class Words {
    private Words() {}

    static String of(JobType type) {
        return lower(type);
    }

    static String of(DesiredStatus status) {
        return lower(status);
    }

    static String of(ClientStatus status) {
        return lower(status);
    }

    static String of(NodeStatus status) {
        return lower(status);
    }

    static String of(EvaluationStatus status) {
        return status == EvaluationStatus.CANCELLED ? "canceled" : lower(status);
    }

    private static String lower(Enum<?> word) {
        return word.name().toLowerCase(Locale.ROOT);
    }
}
