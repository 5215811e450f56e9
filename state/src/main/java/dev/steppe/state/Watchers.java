package dev.steppe.state;

import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who waits for a change of what. A change finds those it concerns without looking at the others, however many wait for
 * other names in the same table. Owned by one thread, or guarded by its owner.
 */
public final class Watchers<W> {
    private final Map<Table, OfTable<W>> tables = new EnumMap<>(Table.class);

    private static final class OfTable<W> {
        private final Set<W> whole = new LinkedHashSet<>();
        private final Map<String, Set<W>> named = new LinkedHashMap<>();
        private final Map<String, Set<W>> prefixed = new LinkedHashMap<>();
    }

    public Watchers() {
        for (Table table : Table.values()) {
            tables.put(table, new OfTable<>());
        }
    }

    private OfTable<W> of(Table table) {
        return Optional.ofNullable(tables.get(table)).orElseThrow();
    }

    public void add(W watcher, List<Interest> interests) {
        for (Interest interest : interests) {
            var table = of(interest.table());
            switch (interest) {
                case Interest.Whole whole -> table.whole.add(watcher);
                case Interest.OneKey one -> add(table.named, one.key(), watcher);
                case Interest.KeysUnder under -> add(table.prefixed, under.prefix(), watcher);
                case Interest.OneVariable one -> add(table.named, Event.subject(one.key()), watcher);
            }
        }
    }

    private static <W> void add(Map<String, Set<W>> watchers, String name, W watcher) {
        watchers.computeIfAbsent(name, it -> new LinkedHashSet<>()).add(watcher);
    }

    public void remove(W watcher, List<Interest> interests) {
        for (Interest interest : interests) {
            var table = of(interest.table());
            switch (interest) {
                case Interest.Whole whole -> table.whole.remove(watcher);
                case Interest.OneKey one -> remove(table.named, one.key(), watcher);
                case Interest.KeysUnder under -> remove(table.prefixed, under.prefix(), watcher);
                case Interest.OneVariable one -> remove(table.named, Event.subject(one.key()), watcher);
            }
        }
    }

    private static <W> void remove(Map<String, Set<W>> watchers, String name, W watcher) {
        watchers.computeIfPresent(name, (it, set) -> {
            set.remove(watcher);
            return set.isEmpty() ? null : set;
        });
    }

    /** Those whom the events concern; they stay until they are removed. */
    public Set<W> concerned(List<Event> events) {
        var concerned = new LinkedHashSet<W>();
        for (Event event : events) {
            var table = of(event.table());
            concerned.addAll(table.whole);
            if (event.subject().isEmpty()) {
                table.named.values().forEach(concerned::addAll);
                table.prefixed.values().forEach(concerned::addAll);
            } else {
                addNamed(table, event.subject(), concerned);
            }
        }
        return concerned;
    }

    private static <W> void addNamed(OfTable<W> table, String subject, Collection<W> to) {
        to.addAll(table.named.getOrDefault(subject, new LinkedHashSet<>()));
        if (table.prefixed.isEmpty()) {
            return;
        }
        for (int end = 0; end <= subject.length(); end++) {
            to.addAll(table.prefixed.getOrDefault(subject.substring(0, end), new LinkedHashSet<>()));
        }
    }

    /** How many wait, counted once per interest. */
    public int size() {
        return tables.values().stream()
                .mapToInt(table -> table.whole.size() + count(table.named) + count(table.prefixed))
                .sum();
    }

    private static <W> int count(Map<String, Set<W>> watchers) {
        return watchers.values().stream().mapToInt(Set::size).sum();
    }
}
