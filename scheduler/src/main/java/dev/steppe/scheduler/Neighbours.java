package dev.steppe.scheduler;

import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.Spread;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Where the instances of one group are, counted by node and by the values that spreads look at. */
final class Neighbours {
    private final Map<NodeId, Integer> perNode = new HashMap<>();
    private final Map<String, Counts> perAttribute = new TreeMap<>();

    /** How many instances each value of an attribute has, and the least and most of them. */
    static final class Counts {
        static final Counts NONE = new Counts();

        private final Map<String, Integer> counts = new HashMap<>();
        private int least;
        private int most;

        boolean isEmpty() {
            return counts.isEmpty();
        }

        int of(String value) {
            return counts.getOrDefault(value, 0);
        }

        int least() {
            return least;
        }

        int most() {
            return most;
        }

        private void add(String value, int more) {
            if (counts.merge(value, more, Integer::sum) == 0) {
                counts.remove(value);
            }
            Collection<Integer> values = counts.values();
            least = values.isEmpty() ? 0 : Collections.min(values);
            most = values.isEmpty() ? 0 : Collections.max(values);
        }
    }

    Neighbours(Iterable<Spread> spreads) {
        spreads.forEach(spread -> perAttribute.put(spread.attribute(), new Counts()));
    }

    /** An instance more ({@code 1}) or less ({@code -1}) on a node. */
    void count(Node node, int more) {
        if (perNode.merge(node.id(), more, Integer::sum) == 0) {
            perNode.remove(node.id());
        }
        perAttribute.forEach(
                (attribute, counts) -> Target.resolve(attribute, node).ifPresent(value -> counts.add(value, more)));
    }

    int on(NodeId node) {
        return perNode.isEmpty() ? 0 : perNode.getOrDefault(node, 0);
    }

    Counts by(String attribute) {
        return perAttribute.getOrDefault(attribute, Counts.NONE);
    }
}
