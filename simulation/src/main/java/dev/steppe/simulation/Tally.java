package dev.steppe.simulation;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** How often something happened that a run is to try. */
final class Tally {
    private final EnumMap<What, Integer> counts = new EnumMap<>(What.class);

    /** What is counted. */
    enum What {
        LEADERS_ELECTED,
        SNAPSHOTS_INSTALLED,
        PROPOSALS_LOST,
        MEMBERS_CHANGED,
        REQUESTS_HANDED_ON,
        NODES_POINTED_TO_THE_LEADER,
        NODES_DRAINED,
        REGISTERS_REPLACED,
        REGISTERS_CONTESTED,
        CANARIES_PROMOTED,
        ALLOCATIONS_PREEMPTED,
        JOBS_LAUNCHED
    }

    void count(What what) {
        counts.merge(what, 1, Integer::sum);
    }

    /** What was counted, in the order of the names. */
    Map<What, Integer> counts() {
        return new EnumMap<>(counts);
    }

    /** The counts in words. */
    static String words(Map<What, Integer> counts) {
        return counts.entrySet().stream()
                .map(each -> each.getValue() + " "
                        + each.getKey().name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .collect(Collectors.joining(", "));
    }
}
