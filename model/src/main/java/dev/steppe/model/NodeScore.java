package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.util.SortedMap;

/** The score of one node for one instance, by component and as a whole. */
public record NodeScore(@Json("NodeID") NodeId nodeId, SortedMap<String, Double> scores, double normScore) {}
