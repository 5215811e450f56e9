package dev.steppe.state;

import java.util.Optional;

/**
 * The numbers of the kinds of nodes there are, from 0. A kind nobody is of any more gives its number to the next new one, so
 * that there are no more numbers than there ever were kinds at a time. Immutable.
 */
record Kinds(
        PersistentMap<String, Integer> numberOf,
        PersistentMap<Integer, Kind> byNumber,
        PersistentMap<Integer, Integer> free,
        int numbers) {
    static final Kinds NONE = new Kinds(PersistentMap.empty(), PersistentMap.empty(), PersistentMap.empty(), 0);

    /** A kind, and of how many nodes it is. */
    record Kind(String name, int nodes) {}

    /** The number of a kind some node is of. */
    int numberOf(String kind) {
        return numberOf.get(kind).orElseThrow();
    }

    /** One more node is of the kind. */
    Kinds with(String kind) {
        var known = numberOf.get(kind);
        if (known.isPresent()) {
            int nodes = byNumber.get(known.get()).orElseThrow().nodes();
            return new Kinds(numberOf, byNumber.put(known.get(), new Kind(kind, nodes + 1)), free, numbers);
        }
        var freed = first(free);
        int number = freed.orElse(numbers);
        return new Kinds(
                numberOf.put(kind, number),
                byNumber.put(number, new Kind(kind, 1)),
                freed.map(free::remove).orElse(free),
                Math.max(numbers, number + 1));
    }

    /** One node less is of the kind of that number. */
    Kinds without(int number) {
        var kind = byNumber.get(number).orElseThrow();
        return kind.nodes() > 1
                ? new Kinds(numberOf, byNumber.put(number, new Kind(kind.name(), kind.nodes() - 1)), free, numbers)
                : new Kinds(numberOf.remove(kind.name()), byNumber.remove(number), free.put(number, number), numbers);
    }

    private static Optional<Integer> first(PersistentMap<Integer, Integer> numbers) {
        var all = numbers.iterator();
        return all.hasNext() ? Optional.of(all.next()) : Optional.empty();
    }
}
