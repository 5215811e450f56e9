package dev.steppe.language.function;

import dev.steppe.language.value.Conversion;
import dev.steppe.language.value.Value;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Functions on lists and objects. */
final class CollectionFunctions {
    private static final int RANGE_LENGTH_MAX = 1_024;

    private CollectionFunctions() {}

    static void define(Definitions definitions) {
        definitions.add("length", 1, arguments -> Value.of(length(arguments)));
        definitions.add("element", 2, CollectionFunctions::element);
        definitions.add("index", 2, CollectionFunctions::index);
        definitions.add("contains", 2, arguments -> Value.of(arguments.list(0).contains(arguments.value(1))));
        definitions.add(
                "keys", 1, arguments -> Value.texts(arguments.sortedObject(0).keySet()));
        definitions.add(
                "values",
                1,
                arguments -> Value.of(List.copyOf(arguments.sortedObject(0).values())));
        definitions.add("lookup", 2, 3, CollectionFunctions::lookup);
        definitions.add("merge", 0, Definitions.ANY, CollectionFunctions::merge);
        definitions.add("zipmap", 2, CollectionFunctions::zip);
        definitions.add("concat", 1, Definitions.ANY, CollectionFunctions::concat);
        definitions.add("slice", 3, CollectionFunctions::slice);
        definitions.add("chunklist", 2, CollectionFunctions::chunks);
        definitions.add("flatten", 1, arguments -> {
            List<Value> flat = new ArrayList<>();
            flatten(arguments.list(0), flat);
            return Value.of(flat);
        });
        definitions.add(
                "reverse",
                1,
                arguments -> arguments.value(0) instanceof Value.Text(String text)
                        ? Value.of(new StringBuilder(text).reverse().toString())
                        : Value.of(List.copyOf(arguments.list(0).reversed())));
        definitions.add("sort", 1, arguments -> {
            List<String> sorted = new ArrayList<>(arguments.texts(0));
            Collections.sort(sorted);
            return Value.texts(sorted);
        });
        definitions.add(
                "distinct",
                1,
                arguments -> Value.of(arguments.list(0).stream().distinct().toList()));
        definitions.add("compact", 1, CollectionFunctions::compact);
        definitions.add("coalesce", 1, Definitions.ANY, CollectionFunctions::coalesce);
        definitions.add("coalescelist", 1, Definitions.ANY, CollectionFunctions::coalesceList);
        definitions.add("range", 1, 3, CollectionFunctions::range);
    }

    private static int length(Arguments arguments) throws FunctionException {
        return switch (arguments.value(0)) {
            case Value.Text(String text) -> text.codePointCount(0, text.length());
            case Value.Mapping(Map<String, Value> entries) -> entries.size();
            case Value.Sequence _, Value.Number _, Value.Bool _, Value.Null _ ->
                arguments.list(0).size();
        };
    }

    private static Value element(Arguments arguments) throws FunctionException {
        List<Value> list = arguments.list(0);
        int index = arguments.integer(1);
        if (list.isEmpty() || index < 0) {
            throw new FunctionException(list.isEmpty() ? "the list is empty" : "the index must not be negative");
        }
        return list.get(index % list.size());
    }

    private static Value index(Arguments arguments) throws FunctionException {
        int index = arguments.list(0).indexOf(arguments.value(1));
        if (index < 0) {
            throw new FunctionException("the list does not contain the value");
        }
        return Value.of(index);
    }

    private static Value lookup(Arguments arguments) throws FunctionException {
        String key = arguments.text(1);
        Value found = arguments.object(0).get(key);
        if (found != null) {
            return found;
        }
        if (arguments.count() < 3) {
            throw new FunctionException("the object has no key \"" + key + "\" and no default was given");
        }
        return arguments.value(2);
    }

    private static Value merge(Arguments arguments) throws FunctionException {
        Map<String, Value> merged = new LinkedHashMap<>();
        for (int i = 0; i < arguments.count(); i++) {
            if (!(arguments.value(i) instanceof Value.Null)) {
                merged.putAll(arguments.object(i));
            }
        }
        return Value.of(merged);
    }

    private static Value zip(Arguments arguments) throws FunctionException {
        List<String> keys = arguments.texts(0);
        List<Value> values = arguments.list(1);
        if (keys.size() != values.size()) {
            throw new FunctionException(keys.size() + " keys do not go with " + values.size() + " values");
        }
        Map<String, Value> zipped = new LinkedHashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            zipped.put(keys.get(i), values.get(i));
        }
        return Value.of(zipped);
    }

    private static Value concat(Arguments arguments) throws FunctionException {
        List<Value> all = new ArrayList<>();
        for (int i = 0; i < arguments.count(); i++) {
            all.addAll(arguments.list(i));
        }
        return Value.of(all);
    }

    private static Value slice(Arguments arguments) throws FunctionException {
        List<Value> list = arguments.list(0);
        int start = arguments.integer(1);
        int end = arguments.integer(2);
        if (start < 0 || end > list.size() || start > end) {
            throw new FunctionException(
                    "there is no part from " + start + " to " + end + " in a list of " + list.size() + " elements");
        }
        return Value.of(list.subList(start, end));
    }

    private static Value chunks(Arguments arguments) throws FunctionException {
        List<Value> list = arguments.list(0);
        int size = arguments.integer(1);
        if (size < 0) {
            throw new FunctionException("the size must not be negative");
        }
        int step = size == 0 ? Math.max(1, list.size()) : size;
        List<Value> chunks = new ArrayList<>();
        for (int start = 0; start < list.size(); start += Math.min(step, list.size())) {
            chunks.add(Value.of(list.subList(start, Math.min(list.size() - start, step) + start)));
        }
        return Value.of(chunks);
    }

    private static void flatten(List<Value> nested, List<Value> flat) {
        for (Value element : nested) {
            if (element instanceof Value.Sequence(List<Value> inner)) {
                flatten(inner, flat);
            } else {
                flat.add(element);
            }
        }
    }

    private static Value compact(Arguments arguments) throws FunctionException {
        List<String> kept = new ArrayList<>();
        for (Value element : arguments.list(0)) {
            String text = element instanceof Value.Null
                    ? ""
                    : Conversion.toText(element)
                            .orElseThrow(() -> new FunctionException("argument 1 must be a list of strings"));
            if (!text.isEmpty()) {
                kept.add(text);
            }
        }
        return Value.texts(kept);
    }

    private static Value coalesce(Arguments arguments) throws FunctionException {
        return arguments.all().stream()
                .filter(value -> !(value instanceof Value.Null))
                .findFirst()
                .orElseThrow(() -> new FunctionException("all arguments are null"));
    }

    private static Value coalesceList(Arguments arguments) throws FunctionException {
        for (int i = 0; i < arguments.count(); i++) {
            if (!(arguments.value(i) instanceof Value.Null)
                    && !arguments.list(i).isEmpty()) {
                return arguments.value(i);
            }
        }
        throw new FunctionException("all lists are empty");
    }

    private static Value range(Arguments arguments) throws FunctionException {
        boolean onlyEnd = arguments.count() == 1;
        BigDecimal start = onlyEnd ? BigDecimal.ZERO : arguments.number(0);
        BigDecimal end = arguments.number(onlyEnd ? 0 : 1);
        BigDecimal direction = BigDecimal.valueOf(end.compareTo(start) < 0 ? -1 : 1);
        BigDecimal step = arguments.count() == 3 ? arguments.number(2) : direction;
        if (step.signum() == 0 || step.signum() != direction.signum()) {
            throw new FunctionException("the step must lead from the start to the end");
        }
        List<Value> numbers = new ArrayList<>();
        for (BigDecimal next = start; next.compareTo(end) * direction.signum() < 0; next = next.add(step)) {
            if (numbers.size() == RANGE_LENGTH_MAX) {
                throw new FunctionException("more than " + RANGE_LENGTH_MAX + " numbers are not allowed");
            }
            numbers.add(Value.of(next));
        }
        return Value.of(numbers);
    }
}
