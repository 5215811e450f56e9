package dev.steppe.scheduler;

import dev.steppe.model.Constraint;
import dev.steppe.model.Node;
import java.util.Optional;
import java.util.function.Predicate;

/** A comparison of a constraint or an affinity, made ready once and asked of many nodes. */
final class Condition {
    private final String left;
    private final String operand;
    private final String right;
    private final String said;
    private final Optional<Predicate<String>> ready;

    /** Of a job in that region. */
    Condition(Constraint constraint, String region) {
        this.left = Target.inRegion(constraint.leftTarget(), region);
        this.operand = constraint.operand();
        this.right = Target.inRegion(constraint.rightTarget(), region);
        this.said = said(constraint);
        this.ready = Target.isPlain(right) ? Operand.ready(operand, right) : Optional.empty();
    }

    boolean holds(Node node) {
        var value = Target.resolve(left, node);
        return ready.isPresent()
                ? value.isPresent() && ready.get().test(value.get())
                : Operand.holds(operand, value, Target.resolve(right, node));
    }

    /** The value the node has on the left side. */
    Optional<String> value(Node node) {
        return Target.resolve(left, node);
    }

    /** As it was written. */
    String said() {
        return said;
    }

    static String said(Constraint constraint) {
        return (constraint.leftTarget() + " " + constraint.operand() + " " + constraint.rightTarget()).strip();
    }
}
