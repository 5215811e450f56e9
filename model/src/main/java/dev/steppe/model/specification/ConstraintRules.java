package dev.steppe.model.specification;

import dev.steppe.model.Affinity;
import dev.steppe.model.Constraint;
import dev.steppe.model.ConstraintOperators;
import java.util.List;

/** What makes constraints and affinities wrong. */
final class ConstraintRules {
    private static final int WEIGHT_MAX = 100;

    private final Problems at;
    private final String path;
    private final String where;

    /** {@code where} goes before each message, as {@code device "gpu": }. */
    ConstraintRules(Problems at, String path, String where) {
        this.at = at;
        this.path = path;
        this.where = where;
    }

    void constraints(List<Constraint> constraints) {
        for (Constraint constraint : constraints) {
            switch (constraint.operand()) {
                case "distinct_hosts" -> {}
                case "distinct_property" ->
                    at.addIf(
                            !constraint.rightTarget().isEmpty()
                                    && !constraint.rightTarget().matches("0*[1-9][0-9]{0,8}"),
                            path + "Constraints",
                            where + "distinct_property " + constraint.leftTarget() + ": value \""
                                    + constraint.rightTarget() + "\" must be a number of at least 1");
                default -> comparison("Constraints", constraint.operand());
            }
        }
    }

    void affinities(List<Affinity> affinities) {
        for (Affinity affinity : affinities) {
            at.addIf(
                    affinity.weight() == 0 || Math.abs(affinity.weight()) > WEIGHT_MAX,
                    path + "Affinities",
                    where + "affinity weight " + affinity.weight() + " must be between -100 and 100, and not 0");
            comparison("Affinities", affinity.operand());
        }
    }

    private void comparison(String field, String operator) {
        at.addIf(
                !ConstraintOperators.OF_A_NODE.contains(operator),
                path + field,
                where + "operator \"" + operator + "\" is not known; use one of "
                        + String.join(", ", ConstraintOperators.OF_A_NODE)
                        + (field.equals("Constraints") ? ", distinct_hosts, distinct_property" : ""));
    }
}
