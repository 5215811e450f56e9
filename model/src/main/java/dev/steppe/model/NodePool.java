package dev.steppe.model;

import java.util.Collections;
import java.util.SortedMap;
import java.util.regex.Pattern;

/** Nodes that are set apart for the jobs that name their pool. A node is in one pool; {@code all} is every node. */
public record NodePool(
        String name, String description, SortedMap<String, String> meta, long createIndex, long modifyIndex) {
    /** The pool of nodes and jobs that name none. */
    public static final String DEFAULT = "default";

    /** The pool that every node belongs to; for jobs only. */
    public static final String ALL = "all";

    /** How a pool may be called. */
    public static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,128}");

    /** The longest description, in characters. */
    public static final int DESCRIPTION_MAX = 256;

    /** A pool of this name that nothing else is known of. */
    public static NodePool named(String name, String description) {
        return new NodePool(name, description, Collections.emptySortedMap(), 1, 1);
    }

    /** True for the two that are always there. */
    public static boolean isBuiltIn(String name) {
        return name.equals(DEFAULT) || name.equals(ALL);
    }

    /** The same as the state keeps it. */
    public NodePool stored(long firstIndex, long index) {
        return new NodePool(name, description, meta, firstIndex, index);
    }
}
