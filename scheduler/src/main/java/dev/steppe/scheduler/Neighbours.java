package dev.steppe.scheduler;

import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.Spread;
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
        /** How many values have so many instances. */
        private final TreeMap<Integer, Integer> frequencies = new TreeMap<>();

        boolean isEmpty() {
            return counts.isEmpty();
        }

        int of(String value) {
            return counts.getOrDefault(value, 0);
        }

        int least() {
            return frequencies.isEmpty() ? 0 : frequencies.firstKey();
        }

        int most() {
            return frequencies.isEmpty() ? 0 : frequencies.lastKey();
        }

        private void add(String value, int more) {
            int before = of(value);
            int after = before + more;
            if (after == 0) {
                counts.remove(value);
            } else {
                counts.put(value, after);
            }
            frequency(before, -1);
            frequency(after, 1);
        }

        private void frequency(int count, int more) {
            if (count > 0 && frequencies.merge(count, more, Integer::sum) == 0) {
                frequencies.remove(count);
            }
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
