package dev.steppe.scheduler;

import dev.steppe.state.Fleet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which seats of a fleet meet the conditions of a group, whatever runs there. Asked once for all nodes of a kind, or once for each
 * seat where a condition looks at what is a node's own.
 */
final class Answers {
    private static final byte UNKNOWN = 0;
    private static final byte MET = 1;
    private static final byte REFUSED = 2;

    private final Fleet fleet;
    private final Feasibility feasibility;
    private final boolean byKind;
    private final byte[] known;
    private final Map<Integer, Refusal> refusals = new HashMap<>();

    Answers(Fleet fleet, Feasibility feasibility) {
        this.fleet = fleet;
        this.feasibility = feasibility;
        byKind = feasibility.isByKind();
        known = new byte[byKind ? fleet.kinds() : fleet.seats()];
    }

    /** True when nodes of one kind have one answer. */
    boolean isByKind() {
        return byKind;
    }

    /** Whether the node of a seat, which is there and of that kind, meets all conditions. */
    boolean meets(int seat, int kind) {
        int asked = byKind ? kind : seat;
        if (known[asked] == UNKNOWN) {
            var refusal = feasibility.refusal(fleet.node(seat));
            refusal.ifPresent(it -> refusals.put(asked, it));
            known[asked] = refusal.isEmpty() ? MET : REFUSED;
        }
        return known[asked] == MET;
    }

    /** The first condition it does not meet. */
    Optional<Refusal> refusal(int seat) {
        int kind = fleet.kind(seat);
        return meets(seat, kind) ? Optional.empty() : Optional.ofNullable(refusals.get(byKind ? kind : seat));
    }
}
