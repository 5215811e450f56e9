package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Functions on lists and maps. */
final class CollectionFunctions {
    private static final long LOOP_MAX = 1_000_000;

    private CollectionFunctions() {}

    static void define(FunctionSet.Group group) {
        group.add(
                        "contains",
                        "VALUE LIST",
                        "whether the value is in the list, or the text in the text",
                        it -> Datum.of(contains(it.value(1), it.value(0))))
                .add(
                        "containsAll",
                        "WANTED LIST",
                        "whether all wanted values are in the list",
                        it -> Datum.of(count(it) == it.list(0).size()))
                .add(
                        "containsAny",
                        "WANTED LIST",
                        "whether one of the wanted values is in the list",
                        it -> Datum.of(count(it) > 0))
                .add(
                        "containsNone",
                        "WANTED LIST",
                        "whether none of the wanted values is in the list",
                        it -> Datum.of(count(it) == 0))
                .add(
                        "containsNotAll",
                        "WANTED LIST",
                        "whether one of the wanted values is not in the list",
                        it -> Datum.of(count(it) < it.list(0).size()))
                .add(
                        "in",
                        "LIST VALUE",
                        "whether the value is in the list, or the text in the text",
                        it -> Datum.of(contains(it.value(0), it.value(1))))
                .add(
                        "loop",
                        "[FROM] TO",
                        "the whole numbers from 0 or FROM up to, not including, TO",
                        CollectionFunctions::loop)
                .add("explodeMap", "MAP", "keys with slashes as nested maps", CollectionFunctions::explodeMap)
                .add(
                        "mergeMap",
                        "OTHER MAP",
                        "both maps in one; OTHER wins where it is not empty",
                        it -> merge(it.table(0), it.table(1), false))
                .add(
                        "mergeMapWithOverride",
                        "OTHER MAP",
                        "both maps in one; MAP wins",
                        it -> merge(it.table(1), it.table(0), true));
    }

    /** Within lists only texts and numbers of one kind are compared. */
    static boolean contains(Datum container, Datum value) {
        var text = Arguments.text(value);
        if (container instanceof Datum.Text(String whole)) {
            return text.isPresent() && whole.contains(text.get());
        }
        if (!(container instanceof Datum.Sequence sequence)) {
            return false;
        }
        return sequence.elements().stream()
                .anyMatch(element -> element.equals(value)
                        || text.isPresent() && Arguments.text(element).equals(text));
    }

    private static long count(Arguments arguments) throws FunctionException {
        Datum list = Datum.of(arguments.list(1));
        return arguments.list(0).stream()
                .filter(wanted -> contains(list, wanted))
                .count();
    }

    private static long bound(Datum value) throws FunctionException {
        return switch (value) {
            case Datum.Whole(long number) -> number;
            case Datum.Real(double number) -> (long) number;
            case Datum.Missing _,
                    Datum.Nil _,
                    Datum.Bool _,
                    Datum.Text _,
                    Datum.Sequence _,
                    Datum.Table _,
                    Datum.Structure _ ->
                Arguments.text(value)
                        .flatMap(text -> Numbers.whole(text, 10))
                        .orElseThrow(() -> new FunctionException("not a whole number: " + Printing.plain(value)));
        };
    }

    private static Datum loop(Arguments arguments) throws FunctionException {
        long from = arguments.count() == 1 ? 0 : bound(arguments.value(0));
        long to = bound(arguments.last());
        if (to > from && (to - from < 0 || to - from > LOOP_MAX)) {
            throw new FunctionException("more than " + LOOP_MAX + " numbers");
        }
        var numbers = new ArrayList<Datum>();
        for (long i = from; i < to; i++) {
            numbers.add(Datum.of(i));
        }
        return Datum.of(numbers);
    }

    private static Datum explodeMap(Arguments arguments) throws FunctionException {
        var root = Datum.table(new TreeMap<>());
        for (var entry : arguments.table(0).entries().entrySet()) {
            ServiceFunctions.insert(root, entry.getKey(), entry.getValue());
        }
        return root;
    }

    /** All of both; where both have a key, maps are merged and otherwise the stronger one's value is taken, empty ones if so. */
    private static Datum.Table merge(Datum.Table stronger, Datum.Table weaker, boolean empty) {
        var merged = weaker.copy();
        stronger.entries().forEach((key, value) -> {
            var below = weaker.get(key);
            if (below.isPresent() && !empty && !value.isTrue()) {
                return;
            }
            merged.put(
                    key,
                    value instanceof Datum.Table over && below.isPresent() && below.get() instanceof Datum.Table under
                            ? merge(over, under, empty)
                            : value);
        });
        return merged;
    }

    static List<Datum> values(Datum.Table table) {
        return List.copyOf(table.entries().values());
    }
}
