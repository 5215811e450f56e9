package dev.steppe.state;

import dev.steppe.state.PersistentMap.Branch;
import dev.steppe.state.PersistentMap.Leaf;
import dev.steppe.state.PersistentMap.Tree;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Finds what differs between two maps of which one was made from the other, in the order of the keys. Walks both trees
 * side by side and steps over what they share, so it costs as much as what changed, not as much as what is there.
 */
final class Difference<K extends Comparable<K>, V> {
    private final Side before;
    private final Side after;
    private final PersistentMap.Change<K, V> change;

    Difference(Tree before, Tree after, PersistentMap.Change<K, V> change) {
        this.before = new Side(before);
        this.after = new Side(after);
        this.change = change;
    }

    void tell() {
        while (!before.isDone() || !after.isDone()) {
            if (before.isBetween() && after.isBetween()) {
                between();
            } else if (before.isBetween() && !before.isDone()) {
                before.enter();
            } else if (after.isBetween() && !after.isDone()) {
                after.enter();
            } else {
                merge();
            }
        }
    }

    /** Both are about to enter a part of their tree: one they share is left out, others are opened level by level. */
    private void between() {
        if (before.next() == after.next()) {
            before.leaveOut();
            after.leaveOut();
            return;
        }
        int level = Math.max(before.height(), after.height());
        Side[] sides = {before, after};
        for (Side side : sides) {
            if (!side.isDone() && side.height() == level) {
                side.open();
            }
        }
    }

    @SuppressWarnings("unchecked") // both trees hold keys and values of these types only
    private void merge() {
        if (stepOverSame()) {
            return;
        }
        int order = before.isDone() ? 1 : after.isDone() ? -1 : ((K) before.key()).compareTo((K) after.key());
        var key = (K) (order <= 0 ? before.key() : after.key());
        Optional<V> old = order <= 0 ? Optional.of((V) before.take()) : Optional.empty();
        Optional<V> now = order >= 0 ? Optional.of((V) after.take()) : Optional.empty();
        boolean same = order == 0 && old.orElseThrow() == now.orElseThrow();
        if (!same) {
            change.changed(key, old, now);
        }
    }

    /** Most entries of a part that was changed are those of before; true when there were some. */
    private boolean stepOverSame() {
        boolean some = false;
        while (!before.isBetween() && !after.isBetween() && before.isAtSameAs(after)) {
            before.take();
            after.take();
            some = true;
        }
        return some;
    }

    /** How far the walk is in one of the trees: within a leaf, or between two parts. */
    private static final class Side {
        private static final Leaf NONE = new Leaf(SortedKeys.NONE, new Object[0], new PersistentMap.Edit());

        private final Deque<Tree> ahead = new ArrayDeque<>();
        private Leaf leaf = NONE;
        private int at;

        Side(Tree root) {
            ahead.push(root);
        }

        boolean isBetween() {
            return at >= leaf.width();
        }

        boolean isDone() {
            return isBetween() && ahead.isEmpty();
        }

        /** The part that comes next; at the end one that is part of no tree. */
        Tree next() {
            return ahead.isEmpty() ? NONE : ahead.peek();
        }

        /** Of the part that comes next: 0 for a leaf, -1 at the end. */
        int height() {
            if (ahead.isEmpty()) {
                return -1;
            }
            int height = 0;
            for (Tree tree = ahead.peek(); tree instanceof Branch branch; tree = branch.children()[0]) {
                height++;
            }
            return height;
        }

        void leaveOut() {
            ahead.poll();
        }

        /** Replaces the next part by its children, or goes into it. */
        void open() {
            switch (ahead.pop()) {
                case Leaf next -> {
                    leaf = next;
                    at = 0;
                }
                case Branch branch -> {
                    for (int i = branch.children().length - 1; i >= 0; i--) {
                        ahead.push(branch.children()[i]);
                    }
                }
            }
        }

        /** Goes to the first leaf ahead. */
        void enter() {
            boolean inside;
            do {
                inside = next() instanceof Leaf;
                open();
            } while (!inside);
        }

        boolean isAtSameAs(Side other) {
            return key() == other.key() && leaf.values()[at] == other.leaf.values()[other.at];
        }

        Object key() {
            return leaf.keys().get(at);
        }

        Object take() {
            return leaf.values()[at++];
        }
    }
}
