package dev.steppe.model;

import java.util.List;
import java.util.stream.Stream;

/** The operators of constraints and affinities, as the job specification names them. */
public final class ConstraintOperators {
    /** Those that look at one node by itself. */
    public static final List<String> OF_A_NODE = List.of(
            "=",
            "==",
            "is",
            "!=",
            "not",
            "<",
            "<=",
            ">",
            ">=",
            "regexp",
            "version",
            "semver",
            "set_contains",
            "set_contains_all",
            "set_contains_any",
            "is_set",
            "is_not_set");

    /** Those that look at where other allocations are. */
    public static final List<String> OF_PLACEMENTS = List.of("distinct_hosts", "distinct_property");

    public static final List<String> ALL =
            Stream.concat(OF_A_NODE.stream(), OF_PLACEMENTS.stream()).toList();

    private ConstraintOperators() {}
}
