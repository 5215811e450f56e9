package dev.steppe.state;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * An immutable sorted map: each change gives a new map that shares all but one path with the old one. A copy-on-write
 * B+tree of fan-out 32, chosen over a hash trie for its order, prefix scans and about 14 bytes per entry. Iteration is in
 * key order, so it is the same on every server.
 */
public final class PersistentMap<K extends Comparable<K>, V> implements Iterable<V> {
    private static final int FANOUT = 32;
    private static final int MERGE_BELOW = FANOUT / 4;
    private static final PersistentMap<?, ?> EMPTY =
            new PersistentMap<>(new Leaf(SortedKeys.NONE, new Object[0], new Edit()), 0);

    private final Tree root;
    private final int size;

    private PersistentMap(Tree root, int size) {
        this.root = root;
        this.size = size;
    }

    @SuppressWarnings("unchecked") // an empty map holds nothing of any type
    public static <K extends Comparable<K>, V> PersistentMap<K, V> empty() {
        return (PersistentMap<K, V>) EMPTY;
    }

    /**
     * Several changes of one map that nobody sees in between: what the edit made itself it changes in place. Who keeps a map
     * that such a change gave must not go on with the edit.
     */
    static final class Edit {}

    /** A part of the tree. Keys are sorted; a branch has one separator less than children: the first key right of it. */
    sealed interface Tree {
        SortedKeys keys();

        int width();
    }

    record Leaf(SortedKeys keys, Object[] values, Edit maker) implements Tree {
        @Override
        public int width() {
            return keys.size();
        }
    }

    record Branch(SortedKeys keys, Tree[] children, Edit maker) implements Tree {
        @Override
        public int width() {
            return children.length;
        }
    }

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    @SuppressWarnings("unchecked") // only values of type V are ever stored
    public Optional<V> get(K key) {
        Tree tree = root;
        while (tree instanceof Branch branch) {
            tree = branch.children[childOf(branch, key)];
        }
        int at = tree.keys().find(key);
        return at < 0 ? Optional.empty() : Optional.of((V) ((Leaf) tree).values[at]);
    }

    public boolean containsKey(K key) {
        return get(key).isPresent();
    }

    /** The map with this entry added or replaced. */
    public PersistentMap<K, V> put(K key, V value) {
        return put(key, value, new Edit());
    }

    /** The same as one of several changes. */
    PersistentMap<K, V> put(K key, V value, Edit edit) {
        return change(key, before -> value, edit);
    }

    /** The map where the key has what is made of the value it had; as one of several changes. */
    PersistentMap<K, V> change(K key, Function<Optional<V>, V> change, Edit edit) {
        var putting = new Putting<>(key, change, edit);
        Tree changed = putting.into(root);
        if (changed.width() > FANOUT) {
            Tree[] halves = split(changed, edit);
            changed = new Branch(SortedKeys.of(firstKey(halves[1])), halves, edit);
        }
        return new PersistentMap<>(changed, putting.added ? size + 1 : size);
    }

    /** One entry on its way down the tree; tells in the end whether it is a new one. */
    private static final class Putting<V> {
        private final Object key;
        private final Function<Optional<V>, V> change;
        private final Edit edit;
        private boolean added;

        Putting(Object key, Function<Optional<V>, V> change, Edit edit) {
            this.key = key;
            this.change = change;
            this.edit = edit;
        }

        Tree into(Tree tree) {
            return switch (tree) {
                case Leaf leaf -> into(leaf);
                case Branch branch -> {
                    int at = childOf(branch, key);
                    Tree child = into(branch.children[at]);
                    yield child.width() <= FANOUT
                            ? replace(branch, at, child, edit)
                            : replaceBySplit(branch, at, split(child, edit), edit);
                }
            };
        }

        @SuppressWarnings("unchecked") // only values of type V are ever stored
        private Leaf into(Leaf leaf) {
            int at = leaf.keys.find(key);
            if (at < 0) {
                added = true;
                var value = change.apply(Optional.empty());
                return new Leaf(leaf.keys.with(-at - 1, key), insert(leaf.values, -at - 1, value), edit);
            }
            var changed = leaf.maker == edit ? leaf : new Leaf(leaf.keys, leaf.values.clone(), edit);
            changed.values[at] = change.apply(Optional.of((V) leaf.values[at]));
            return changed;
        }
    }

    private static Branch replace(Branch branch, int at, Tree child, Edit edit) {
        var changed = branch.maker == edit ? branch : new Branch(branch.keys, branch.children.clone(), edit);
        changed.children[at] = child;
        return changed;
    }

    private static Branch replaceBySplit(Branch branch, int at, Tree[] halves, Edit edit) {
        Tree[] children = new Tree[branch.children.length + 1];
        System.arraycopy(branch.children, 0, children, 0, at);
        children[at] = halves[0];
        children[at + 1] = halves[1];
        System.arraycopy(branch.children, at + 1, children, at + 2, branch.children.length - at - 1);
        return new Branch(branch.keys.with(at, firstKey(halves[1])), children, edit);
    }

    private static Tree[] split(Tree tree, Edit edit) {
        int middle = tree.width() / 2;
        return switch (tree) {
            case Leaf leaf ->
                new Tree[] {
                    new Leaf(leaf.keys.part(0, middle), Arrays.copyOf(leaf.values, middle), edit),
                    new Leaf(
                            leaf.keys.part(middle, leaf.width()),
                            Arrays.copyOfRange(leaf.values, middle, leaf.width()),
                            edit)
                };
            case Branch branch ->
                new Tree[] {
                    new Branch(branch.keys.part(0, middle - 1), Arrays.copyOf(branch.children, middle), edit),
                    new Branch(
                            branch.keys.part(middle, branch.keys.size()),
                            Arrays.copyOfRange(branch.children, middle, branch.children.length),
                            edit)
                };
        };
    }

    /** The map without this key. */
    public PersistentMap<K, V> remove(K key) {
        if (!containsKey(key)) {
            return this;
        }
        Tree changed = remove(root, key, new Edit());
        while (changed instanceof Branch branch && branch.children.length == 1) {
            changed = branch.children[0];
        }
        return new PersistentMap<>(changed, size - 1);
    }

    private static Tree remove(Tree tree, Object key, Edit edit) {
        return switch (tree) {
            case Leaf leaf -> {
                int at = leaf.keys.find(key);
                yield new Leaf(leaf.keys.without(at), delete(leaf.values, at), edit);
            }
            case Branch branch -> {
                int at = childOf(branch, key);
                Tree child = remove(branch.children[at], key, edit);
                yield child.width() >= MERGE_BELOW || branch.children.length == 1
                        ? replace(branch, at, child, edit)
                        : mergeChild(branch, at, child, edit);
            }
        };
    }

    /** Joins a thin child with a neighbour, and splits the result again where it is too wide. */
    private static Branch mergeChild(Branch branch, int at, Tree child, Edit edit) {
        int left = at == 0 ? 0 : at - 1;
        Tree first = at == 0 ? child : branch.children[left];
        Tree second = at == 0 ? branch.children[1] : child;
        Tree joined = join(first, branch.keys.get(left), second, edit);
        Tree[] children = new Tree[branch.children.length - 1];
        System.arraycopy(branch.children, 0, children, 0, left);
        children[left] = joined;
        System.arraycopy(branch.children, left + 2, children, left + 1, branch.children.length - left - 2);
        var merged = new Branch(branch.keys.without(left), children, edit);
        return joined.width() <= FANOUT ? merged : replaceBySplit(merged, left, split(joined, edit), edit);
    }

    private static Tree join(Tree first, Object separator, Tree second, Edit edit) {
        if (first instanceof Leaf left && second instanceof Leaf right) {
            return new Leaf(left.keys.and(right.keys), concat(left.values, right.values), edit);
        }
        var left = (Branch) first;
        var right = (Branch) second;
        Tree[] children = Arrays.copyOf(left.children, left.children.length + right.children.length);
        System.arraycopy(right.children, 0, children, left.children.length, right.children.length);
        return new Branch(left.keys.with(left.keys.size(), separator).and(right.keys), children, edit);
    }

    private static int childOf(Branch branch, Object key) {
        int at = branch.keys.find(key);
        return at >= 0 ? at + 1 : -at - 1;
    }

    private static Object firstKey(Tree tree) {
        Tree at = tree;
        while (at instanceof Branch branch) {
            at = branch.children[0];
        }
        return at.keys().get(0);
    }

    private static Object[] insert(Object[] array, int at, Object element) {
        Object[] longer = new Object[array.length + 1];
        System.arraycopy(array, 0, longer, 0, at);
        longer[at] = element;
        System.arraycopy(array, at, longer, at + 1, array.length - at);
        return longer;
    }

    private static Object[] delete(Object[] array, int at) {
        Object[] shorter = new Object[array.length - 1];
        System.arraycopy(array, 0, shorter, 0, at);
        System.arraycopy(array, at + 1, shorter, at, array.length - at - 1);
        return shorter;
    }

    private static Object[] concat(Object[] first, Object[] second) {
        Object[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** The values in key order. */
    @Override
    public Iterator<V> iterator() {
        return new Walk<>(root);
    }

    /** The values in key order, from the first key that is not below the given one. */
    public Iterable<V> from(K key) {
        return () -> new Walk<>(root, key);
    }

    /** Calls back with every entry in key order. */
    public void forEach(BiConsumer<? super K, ? super V> action) {
        forEach(root, action);
    }

    @SuppressWarnings("unchecked") // only entries of these types are ever stored
    private static <K, V> void forEach(Tree tree, BiConsumer<? super K, ? super V> action) {
        switch (tree) {
            case Leaf leaf -> {
                for (int i = 0; i < leaf.width(); i++) {
                    action.accept((K) leaf.keys.get(i), (V) leaf.values[i]);
                }
            }
            case Branch branch -> {
                for (Tree child : branch.children) {
                    forEach(child, action);
                }
            }
        }
    }

    /** What became of one key: {@code before} is empty when it is new, {@code after} when it is gone. */
    @FunctionalInterface
    public interface Change<K, V> {
        void changed(K key, Optional<V> before, Optional<V> after);
    }

    /**
     * Tells in key order what differs from an earlier map; a value that was replaced by an equal one differs. Costs as much
     * as what changed, where this map was made from the other.
     */
    public void since(PersistentMap<K, V> before, Change<K, V> change) {
        new Difference<K, V>(before.root, root, change).tell();
    }

    private static final class Walk<V> implements Iterator<V> {
        private static final int DEPTH_MAX = 16;

        private final Branch[] path = new Branch[DEPTH_MAX];
        private final int[] at = new int[DEPTH_MAX];
        private int depth;
        private Leaf leaf;
        private int next;

        Walk(Tree root) {
            leaf = descend(root);
            skipEmpty();
        }

        Walk(Tree root, Object key) {
            Tree tree = root;
            while (tree instanceof Branch branch) {
                path[depth] = branch;
                at[depth] = childOf(branch, key);
                tree = branch.children[at[depth++]];
            }
            leaf = (Leaf) tree;
            int found = leaf.keys.find(key);
            next = found >= 0 ? found : -found - 1;
            skipEmpty();
        }

        private Leaf descend(Tree from) {
            Tree tree = from;
            while (tree instanceof Branch branch) {
                path[depth] = branch;
                at[depth++] = 0;
                tree = branch.children[0];
            }
            return (Leaf) tree;
        }

        private void skipEmpty() {
            while (next >= leaf.width() && depth > 0) {
                while (depth > 0 && at[depth - 1] + 1 >= path[depth - 1].children.length) {
                    depth--;
                }
                if (depth == 0) {
                    return;
                }
                Tree sibling = path[depth - 1].children[++at[depth - 1]];
                leaf = descend(sibling);
                next = 0;
            }
        }

        @Override
        public boolean hasNext() {
            return next < leaf.width();
        }

        @Override
        @SuppressWarnings("unchecked") // only values of type V are ever stored
        public V next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            var value = (V) leaf.values[next++];
            skipEmpty();
            return value;
        }
    }
}
