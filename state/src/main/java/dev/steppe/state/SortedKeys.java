package dev.steppe.state;

import dev.steppe.model.Id;
import java.util.Arrays;

/**
 * The keys of one part of a tree, in order. Immutable. Beside ids stand their ranks, so that a search touches the few lines of
 * memory the ranks are in, and not an object for each key it looks at; the objects of a large map are anywhere.
 */
final class SortedKeys {
    private static final long[] UNRANKED = {};

    static final SortedKeys NONE = new SortedKeys(new Object[0]);

    private final Object[] keys;
    /** As many as keys where all are ids, else none. */
    private final long[] ranks;

    private SortedKeys(Object[] keys) {
        this.keys = keys;
        this.ranks = UNRANKED;
    }

    private SortedKeys(Object[] keys, long[] ranks) {
        this.keys = keys;
        this.ranks = ranks;
    }

    static SortedKeys of(Object key) {
        return NONE.with(0, key);
    }

    int size() {
        return keys.length;
    }

    Object get(int at) {
        return keys[at];
    }

    private boolean isRanked() {
        return ranks.length == keys.length;
    }

    /** Where the key is; if it is not there {@code -p - 1}, where {@code p} is its place among the others. */
    int find(Object key) {
        return isRanked() && key instanceof Id<?> id ? find(id) : Arrays.binarySearch(keys, key);
    }

    private int find(Id<?> id) {
        long rank = id.rank();
        int low = 0;
        int high = ranks.length - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            int order = Long.compare(ranks[middle], rank);
            if (order == 0) {
                order = ((Id<?>) keys[middle]).compareAsText(id);
                if (order == 0) {
                    return middle;
                }
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -low - 1;
    }

    /** The keys with one more at its place. */
    SortedKeys with(int at, Object key) {
        Object[] more = new Object[keys.length + 1];
        System.arraycopy(keys, 0, more, 0, at);
        more[at] = key;
        System.arraycopy(keys, at, more, at + 1, keys.length - at);
        if (!isRanked() || !(key instanceof Id<?> id)) {
            return new SortedKeys(more);
        }
        long[] ranked = new long[more.length];
        System.arraycopy(ranks, 0, ranked, 0, at);
        ranked[at] = id.rank();
        System.arraycopy(ranks, at, ranked, at + 1, keys.length - at);
        return new SortedKeys(more, ranked);
    }

    SortedKeys without(int at) {
        return part(0, at).and(part(at + 1, keys.length));
    }

    SortedKeys part(int from, int to) {
        Object[] some = Arrays.copyOfRange(keys, from, to);
        return isRanked() ? new SortedKeys(some, Arrays.copyOfRange(ranks, from, to)) : new SortedKeys(some);
    }

    /** These keys and then the others. */
    SortedKeys and(SortedKeys others) {
        Object[] both = Arrays.copyOf(keys, keys.length + others.keys.length);
        System.arraycopy(others.keys, 0, both, keys.length, others.keys.length);
        if (!isRanked() || !others.isRanked()) {
            return new SortedKeys(both);
        }
        long[] ranked = Arrays.copyOf(ranks, both.length);
        System.arraycopy(others.ranks, 0, ranked, ranks.length, others.ranks.length);
        return new SortedKeys(both, ranked);
    }
}
