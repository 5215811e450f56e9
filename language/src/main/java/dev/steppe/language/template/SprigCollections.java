package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Sprig's functions on lists and maps. */
final class SprigCollections {
    private SprigCollections() {}

    static void define(FunctionSet.Group group) {
        lists(group);
        maps(group);
    }

    private static void lists(FunctionSet.Group group) {
        parts(group);
        selections(group);
    }

    private static void parts(FunctionSet.Group group) {
        group.add("sprig_list", "VALUE...", "a list", it -> Datum.of(it.values()))
                .add("sprig_tuple", "VALUE...", "a list", it -> Datum.of(it.values()))
                .add(
                        "sprig_first",
                        "LIST",
                        "the first element",
                        it -> it.list(0).isEmpty() ? Datum.nil() : it.list(0).getFirst())
                .add(
                        "sprig_last",
                        "LIST",
                        "the last element",
                        it -> it.list(0).isEmpty() ? Datum.nil() : it.list(0).getLast())
                .add(
                        "sprig_rest",
                        "LIST",
                        "all but the first",
                        it -> Datum.of(it.list(0)
                                .subList(
                                        Math.min(1, it.list(0).size()),
                                        it.list(0).size())))
                .add(
                        "sprig_initial",
                        "LIST",
                        "all but the last",
                        it -> Datum.of(it.list(0)
                                .subList(0, Math.max(0, it.list(0).size() - 1))))
                .add("sprig_append", "LIST VALUE", "with one more at the end", it -> with(it, false))
                .add("sprig_push", "LIST VALUE", "the same", it -> with(it, false))
                .add("sprig_prepend", "LIST VALUE", "with one more at the beginning", it -> with(it, true))
                .add("sprig_concat", "LIST...", "the lists in one", it -> {
                    var all = new ArrayList<Datum>();
                    for (int i = 0; i < it.count(); i++) {
                        all.addAll(it.list(i));
                    }
                    return Datum.of(all);
                })
                .add(
                        "sprig_reverse",
                        "LIST",
                        "in the other direction",
                        it -> Datum.of(it.list(0).reversed()));
    }

    private static void selections(FunctionSet.Group group) {
        group.add(
                        "sprig_uniq",
                        "LIST",
                        "each value once",
                        it -> Datum.of(it.list(0).stream().distinct().toList()))
                .add("sprig_without", "LIST VALUE...", "without these values", it -> {
                    var unwanted = it.values().subList(1, it.count());
                    return Datum.of(it.list(0).stream()
                            .filter(element -> !unwanted.contains(element))
                            .toList());
                })
                .add(
                        "sprig_has",
                        "VALUE LIST",
                        "whether the value is in the list",
                        it -> Datum.of(it.list(1).contains(it.value(0))))
                .add(
                        "sprig_compact",
                        "LIST",
                        "without empty values",
                        it -> Datum.of(it.list(0).stream().filter(Datum::isTrue).toList()))
                .add("sprig_slice", "LIST [FROM] [TO]", "a part of the list", SprigCollections::slice)
                .add("sprig_chunk", "SIZE LIST", "lists of this size", SprigCollections::chunk)
                .add(
                        "sprig_sortAlpha",
                        "LIST",
                        "texts in their order",
                        it -> Datum.texts(SprigTexts.strings(it.value(0)).stream()
                                .sorted()
                                .toList()));
    }

    private static void maps(FunctionSet.Group group) {
        group.add("sprig_dict", "KEY_VALUE...", "a map of keys and values in turn", SprigCollections::dictionary)
                .add(
                        "sprig_get",
                        "MAP KEY",
                        "the value of the key, or an empty text",
                        it -> it.table(0).get(it.text(1)).orElse(Datum.of("")))
                .add("sprig_set", "MAP KEY VALUE", "changes the map", it -> {
                    it.table(0).put(it.text(1), it.value(2));
                    return it.value(0);
                })
                .add("sprig_unset", "MAP KEY", "takes a key out of the map", it -> {
                    it.table(0).remove(it.text(1));
                    return it.value(0);
                })
                .add(
                        "sprig_hasKey",
                        "MAP KEY",
                        "whether there is such a key",
                        it -> Datum.of(it.table(0).get(it.text(1)).isPresent()))
                .add("sprig_keys", "MAP...", "the keys", it -> {
                    var keys = new ArrayList<String>();
                    for (int i = 0; i < it.count(); i++) {
                        keys.addAll(it.table(i).entries().keySet());
                    }
                    return Datum.texts(keys);
                })
                .add("sprig_values", "MAP", "the values", it -> Datum.of(CollectionFunctions.values(it.table(0))))
                .add("sprig_pick", "MAP KEY...", "with these keys only", it -> chosen(it, true))
                .add("sprig_omit", "MAP KEY...", "without these keys", it -> chosen(it, false))
                .add("sprig_pluck", "KEY MAP...", "the values of one key in several maps", it -> {
                    var found = new ArrayList<Datum>();
                    for (int i = 1; i < it.count(); i++) {
                        it.table(i).get(it.text(0)).ifPresent(found::add);
                    }
                    return Datum.of(found);
                })
                .add("sprig_dig", "KEY... DEFAULT MAP", "a value deep in maps, or the default", SprigCollections::dig)
                .add("sprig_merge", "MAP...", "all in the first map, which wins", it -> merged(it, false))
                .add("sprig_mergeOverwrite", "MAP...", "all in the first map, the last wins", it -> merged(it, true))
                .add("sprig_deepCopy", "VALUE", "a copy to be changed", it -> copy(it.value(0)));
    }

    private static Datum with(Arguments arguments, boolean before) throws FunctionException {
        var all = new ArrayList<>(arguments.list(0));
        all.add(before ? 0 : all.size(), arguments.value(1));
        return Datum.of(all);
    }

    private static Datum slice(Arguments arguments) throws FunctionException {
        var list = arguments.list(0);
        long from = arguments.count() > 1 ? SprigNumbers.whole(arguments.value(1)) : 0;
        long to = arguments.count() > 2 ? SprigNumbers.whole(arguments.value(2)) : list.size();
        if (from < 0 || to > list.size() || from > to) {
            throw new FunctionException(
                    "list has " + list.size() + " elements, there is none from " + from + " to " + to);
        }
        return Datum.of(list.subList((int) from, (int) to));
    }

    private static Datum chunk(Arguments arguments) throws FunctionException {
        int size = Math.clamp(arguments.whole(0), 1, Integer.MAX_VALUE);
        var list = arguments.list(1);
        var chunks = new ArrayList<Datum>();
        for (int i = 0; i < list.size(); i += size) {
            chunks.add(Datum.of(list.subList(i, Math.min(list.size(), i + size))));
        }
        return Datum.of(chunks);
    }

    private static Datum dictionary(Arguments arguments) {
        var map = new TreeMap<String, Datum>();
        for (int i = 0; i < arguments.count(); i += 2) {
            map.put(
                    SprigTexts.string(arguments.value(i)),
                    i + 1 < arguments.count() ? arguments.value(i + 1) : Datum.of(""));
        }
        return Datum.table(map);
    }

    private static Datum chosen(Arguments arguments, boolean named) throws FunctionException {
        var keys = new TreeSet<String>();
        for (int i = 1; i < arguments.count(); i++) {
            keys.add(arguments.text(i));
        }
        var map = new TreeMap<String, Datum>();
        arguments.table(0).entries().forEach((key, value) -> {
            if (keys.contains(key) == named) {
                map.put(key, value);
            }
        });
        return Datum.table(map);
    }

    private static Datum dig(Arguments arguments) throws FunctionException {
        int count = arguments.count();
        if (count < 3) {
            throw new FunctionException("it takes at least a key, a default and a map");
        }
        Datum current = arguments.table(count - 1);
        for (int i = 0; i < count - 2; i++) {
            var next = current instanceof Datum.Table table ? table.get(arguments.text(i)) : Optional.<Datum>empty();
            if (next.isEmpty()) {
                return arguments.value(count - 2);
            }
            current = next.get();
        }
        return current;
    }

    private static Datum merged(Arguments arguments, boolean lastWins) throws FunctionException {
        if (arguments.count() == 0) {
            return Datum.table(Collections.emptySortedMap());
        }
        var first = arguments.table(0);
        for (int i = 1; i < arguments.count(); i++) {
            mergeInto(first, arguments.table(i), lastWins);
        }
        return first;
    }

    /**
     * An empty value gives way to another one, as a missing one does. Either map may be a part of the other one; maps that are
     * taken over stay the same ones, as people know it, and deepCopy is there for whom that does not suit.
     */
    private static void mergeInto(Datum.Table table, Datum.Table other, boolean lastWins) {
        other.copy().entries().forEach((key, value) -> {
            var mine = table.get(key);
            if (mine.isPresent() && mine.get() instanceof Datum.Table below && value instanceof Datum.Table above) {
                mergeInto(below, above, lastWins);
            } else if (lastWins || mine.isEmpty() || !mine.get().isTrue()) {
                table.put(key, value);
            }
        });
    }

    private static Datum copy(Datum value) {
        if (value instanceof Datum.Table table) {
            var copy = table.copy();
            table.entries().forEach((key, element) -> copy.put(key, copy(element)));
            return copy;
        }
        if (value instanceof Datum.Sequence sequence) {
            List<Datum> elements = new ArrayList<>();
            sequence.elements().forEach(element -> elements.add(copy(element)));
            return Datum.of(elements);
        }
        return value;
    }
}
