package dev.steppe.model;

import java.time.Duration;
import java.util.List;
import java.util.SortedMap;

/**
 * What the scheduler saw while placing one instance: how many nodes, which conditions ruled nodes out, and the
 * scores; {@code Explanation} says the same in sentences that name node, check, value and holder.
 */
public record AllocationMetric(
        int nodesEvaluated,
        int nodesFiltered,
        int nodesInPool,
        SortedMap<String, Integer> nodesAvailable,
        SortedMap<String, Integer> classFiltered,
        SortedMap<String, Integer> constraintFiltered,
        int nodesExhausted,
        SortedMap<String, Integer> classExhausted,
        SortedMap<String, Integer> dimensionExhausted,
        List<NodeScore> scoreMetaData,
        Duration allocationTime,
        int coalescedFailures,
        List<String> explanation) {}
