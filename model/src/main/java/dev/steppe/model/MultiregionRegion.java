package dev.steppe.model;

import dev.steppe.model.codec.Default;
import java.util.List;
import java.util.SortedMap;

/** One of the regions of a job and what differs there. */
public record MultiregionRegion(
        String name,
        @Default("1") int count,
        List<String> datacenters,
        String nodePool,
        SortedMap<String, String> meta) {}
