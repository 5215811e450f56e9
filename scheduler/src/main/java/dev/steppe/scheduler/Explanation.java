package dev.steppe.scheduler;

import dev.steppe.model.AllocationMetric;
import dev.steppe.model.Node;
import dev.steppe.model.NodeScore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Collects what was seen while one instance was placed, as counts for programs and as sentences for people. */
final class Explanation {
    /** Nodes named one by one; beyond that, the counts say enough. */
    private static final int SENTENCES_MAX = 10;

    private static final int SCORES_MAX = 5;

    private final TreeMap<String, Integer> available = new TreeMap<>();
    private final TreeMap<String, Integer> classFiltered = new TreeMap<>();
    private final TreeMap<String, Integer> constraintFiltered = new TreeMap<>();
    private final TreeMap<String, Integer> classExhausted = new TreeMap<>();
    private final TreeMap<String, Integer> dimensionExhausted = new TreeMap<>();
    private final List<String> sentences = new ArrayList<>();
    private final List<NodeScore> scores = new ArrayList<>();
    private int nodes;
    private int evaluated;
    private int filtered;
    private int exhausted;

    /** A node that takes no new allocations at all. */
    void unavailable(Node node) {
        nodes++;
        if (!node.isEligible()) {
            say(node, Survey.closed(node));
        }
    }

    /** So many nodes that take no new allocations at all, of which nothing is said. */
    void unavailable(int more) {
        nodes += more;
    }

    /** A node, and why it does not do. */
    void evaluated(Node node, Optional<Refusal> refusal) {
        if (refusal.isEmpty()) {
            fitting(node, 1);
            return;
        }
        say(node, refusal.get().sentence());
        switch (refusal.get().kind()) {
            case FILTERED -> filtering(node, 1).accept(refusal.get());
            case EXHAUSTED -> exhausted(node, refusal.get().key(), 1);
        }
    }

    /** So many nodes like this one where the instance fits. */
    void fitting(Node like, int more) {
        nodes += more;
        evaluated += more;
        available.merge(like.spec().datacenter(), more, Integer::sum);
    }

    /** Counts that many nodes like this one as not meeting a condition. */
    Consumer<Refusal> filtering(Node like, int more) {
        return refusal -> {
            fitting(like, more);
            filtered += more;
            constraintFiltered.merge(refusal.key(), more, Integer::sum);
            classFiltered.merge(className(like), more, Integer::sum);
        };
    }

    /** So many nodes like this one that have too little of something. */
    void exhausted(Node like, String key, int more) {
        fitting(like, more);
        exhausted += more;
        dimensionExhausted.merge(key, more, Integer::sum);
        classExhausted.merge(className(like), more, Integer::sum);
    }

    private static String className(Node node) {
        return node.spec().nodeClass().isEmpty() ? "(no class)" : node.spec().nodeClass();
    }

    /** Whether as many nodes have a sentence as are told. */
    boolean isTold() {
        return sentences.size() >= SENTENCES_MAX;
    }

    private void say(Node node, String sentence) {
        if (sentences.size() < SENTENCES_MAX) {
            sentences.add("node " + node.spec().name() + ": " + sentence);
        }
    }

    /** Says what another one says of single nodes. */
    void sayAs(Explanation other) {
        sentences.addAll(other.sentences);
    }

    void scored(NodeScore score) {
        scores.add(score);
        scores.sort(Comparator.comparingDouble(NodeScore::normScore).reversed());
        if (scores.size() > SCORES_MAX) {
            scores.removeLast();
        }
    }

    AllocationMetric metric() {
        if (nodes == 0) {
            sentences.add("there is no node in the cluster");
        }
        return new AllocationMetric(
                evaluated,
                filtered,
                nodes,
                available,
                classFiltered,
                constraintFiltered,
                exhausted,
                classExhausted,
                dimensionExhausted,
                Collections.unmodifiableList(scores),
                Duration.ZERO,
                0,
                scores.isEmpty() ? Collections.unmodifiableList(sentences) : List.of());
    }

    /** The first failure of a group, with one more like it counted. */
    static AllocationMetric coalesced(AllocationMetric first) {
        return with(first, first.coalescedFailures() + 1, first.explanation());
    }

    /** Of an instance for which there is room, and which is not placed before there is room for these groups. */
    static AllocationMetric withheld(AllocationMetric placed, List<String> others) {
        return with(
                placed,
                placed.coalescedFailures(),
                List.of("there is room, but all_at_once has it wait for all of group " + String.join(", ", others)));
    }

    private static AllocationMetric with(AllocationMetric first, int coalescedFailures, List<String> explanation) {
        return new AllocationMetric(
                first.nodesEvaluated(),
                first.nodesFiltered(),
                first.nodesInPool(),
                first.nodesAvailable(),
                first.classFiltered(),
                first.constraintFiltered(),
                first.nodesExhausted(),
                first.classExhausted(),
                first.dimensionExhausted(),
                first.scoreMetaData(),
                first.allocationTime(),
                coalescedFailures,
                explanation);
    }
}
