package dev.steppe.state;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** A secondary index: for each owner the ids of what it has, in order. Immutable; each change gives a new one. */
final class Index<O extends Comparable<O>, I extends Comparable<I>> {
    private final PersistentMap<O, PersistentMap<I, I>> owners;

    private Index(PersistentMap<O, PersistentMap<I, I>> owners) {
        this.owners = owners;
    }

    static <O extends Comparable<O>, I extends Comparable<I>> Index<O, I> empty() {
        return new Index<O, I>(PersistentMap.empty());
    }

    Index<O, I> with(O owner, I id) {
        return with(owner, id, new PersistentMap.Edit());
    }

    /** The same as one of several changes. */
    Index<O, I> with(O owner, I id, PersistentMap.Edit edit) {
        return new Index<>(
                owners.change(owner, ids -> ids.orElseGet(PersistentMap::empty).put(id, id, edit), edit));
    }

    Index<O, I> without(O owner, I id) {
        var left = owners.get(owner).orElseGet(PersistentMap::empty).remove(id);
        return new Index<>(left.isEmpty() ? owners.remove(owner) : owners.put(owner, left));
    }

    /** What the owner has, found in the table of those things. */
    <V> List<V> of(O owner, PersistentMap<I, V> table) {
        return found(owners.get(owner).orElseGet(PersistentMap::empty), table);
    }

    private static <I extends Comparable<I>, V> List<V> found(PersistentMap<I, I> ids, PersistentMap<I, V> table) {
        var found = new ArrayList<V>(ids.size());
        for (I id : ids) {
            table.get(id).ifPresent(found::add);
        }
        return found;
    }

    /** What each owner has, in the order of the owners. */
    <V> Iterable<List<V>> each(PersistentMap<I, V> table) {
        return () -> {
            var walk = owners.iterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return walk.hasNext();
                }

                @Override
                public List<V> next() {
                    return found(walk.next(), table);
                }
            };
        };
    }
}
