package dev.steppe.model.diff;

import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.GoDuration;
import dev.steppe.model.codec.RecordShape;
import dev.steppe.model.codec.Scalar;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Compares two records of a class component by component. It knows no noun: a component that is new in the model is
 * compared without a line here.
 */
final class RecordDiff {
    /** Whose value tells one element of a list from another. */
    private static final List<String> NAMING = List.of("name", "label");

    private final List<FieldDiff> fields = new ArrayList<>();
    private final List<ObjectDiff> objects = new ArrayList<>();

    private RecordDiff() {}

    /** The simple values, unchanged ones too, and the blocks that differ. */
    record Parts(List<FieldDiff> fields, List<ObjectDiff> objects) {}

    static Parts compare(Class<?> type, Optional<?> before, Optional<?> after, List<String> skipped) {
        var diff = new RecordDiff();
        diff.components(type, before, after, skipped);
        return new Parts(List.copyOf(diff.fields), List.copyOf(diff.objects));
    }

    private void components(Class<?> type, Optional<?> before, Optional<?> after, List<String> skipped) {
        for (var component : RecordShape.of(type).components()) {
            if (skipped.contains(component.name())) {
                continue;
            }
            Optional<Object> old = before.map(component::of);
            Optional<Object> now = after.map(component::of);
            if (component.flat()) {
                components((Class<?>) component.type(), old, now, skipped);
            } else {
                component(component.json(), component.type(), old, now);
            }
        }
    }

    private void component(String name, Type type, Optional<?> before, Optional<?> after) {
        if (type instanceof ParameterizedType generic) {
            Type inner = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            if (generic.getRawType() == Optional.class) {
                entry(name, inner, before.flatMap(it -> (Optional<?>) it), after.flatMap(it -> (Optional<?>) it));
            } else if (generic.getRawType() == List.class) {
                list(name, inner, items(before), items(after));
            } else {
                map(name, inner, entries(before), entries(after));
            }
        } else if (isBlock(type)) {
            object(name, before, after).ifPresent(objects::add);
        } else {
            field(
                    name,
                    before.map(RecordDiff::text).orElse(""),
                    after.map(RecordDiff::text).orElse(""));
        }
    }

    /** Something that need not be there. */
    private void entry(String name, Type type, Optional<?> before, Optional<?> after) {
        if (isBlock(type) || type instanceof ParameterizedType) {
            component(name, type, before, after);
        } else if (before.isPresent() || after.isPresent()) {
            fields.add(FieldDiff.of(name, before.map(RecordDiff::text), after.map(RecordDiff::text)));
        }
    }

    private void field(String name, String before, String after) {
        if (!before.isEmpty() || !after.isEmpty()) {
            fields.add(FieldDiff.of(name, before, after));
        }
    }

    private static boolean isBlock(Type type) {
        return type instanceof Class<?> simple
                && (simple.isRecord() || simple.isSealed())
                && !Scalar.class.isAssignableFrom(simple);
    }

    private static List<?> items(Optional<?> list) {
        return list.isPresent() ? (List<?>) list.get() : List.of();
    }

    private static Map<?, ?> entries(Optional<?> map) {
        return map.isPresent() ? (Map<?, ?>) map.get() : Map.of();
    }

    /** Empty when nothing in the block differs. */
    private static Optional<ObjectDiff> object(String name, Optional<?> before, Optional<?> after) {
        if (before.equals(after)) {
            return Optional.empty();
        }
        var type = (before.isPresent() ? before : after).orElseThrow().getClass();
        if (before.isPresent()
                && after.isPresent()
                && before.get().getClass() != after.get().getClass()) {
            // another kind of the same thing: nothing of the one is comparable with the other
            var gone = compare(before.get().getClass(), before, Optional.empty(), List.of());
            var come = compare(after.get().getClass(), Optional.empty(), after, List.of());
            var fields = new ArrayList<>(gone.fields());
            fields.addAll(come.fields());
            var objects = new ArrayList<>(gone.objects());
            objects.addAll(come.objects());
            return Optional.of(new ObjectDiff(DiffType.EDITED, name, fields, objects));
        }
        var parts = compare(type, before, after, List.of());
        return Optional.of(new ObjectDiff(JobDiff.type(before, after, false), name, parts.fields(), parts.objects()));
    }

    private void list(String name, Type element, List<?> before, List<?> after) {
        if (isBlock(element)) {
            blocks(name, (Class<?>) element, before, after);
        } else {
            texts(name, before, after);
        }
    }

    /** Plain lists are compared as sets, by position where only the order differs. */
    private void texts(String name, List<?> before, List<?> after) {
        var old = before.stream().map(RecordDiff::text).toList();
        var now = after.stream().map(RecordDiff::text).toList();
        if (old.equals(now)) {
            return;
        }
        var inner = new ArrayList<FieldDiff>();
        var all = new TreeSet<>(old);
        all.addAll(now);
        for (String text : all) {
            inner.add(FieldDiff.of(
                    name,
                    Optional.of(text).filter(old::contains),
                    Optional.of(text).filter(now::contains)));
        }
        if (JobDiff.unchanged(inner, List.of())) {
            inner.clear();
            for (int i = 0; i < Math.max(old.size(), now.size()); i++) {
                inner.add(FieldDiff.of(name + "[" + i + "]", at(old, i), at(now, i)));
            }
        }
        var type = old.isEmpty() ? DiffType.ADDED : now.isEmpty() ? DiffType.DELETED : DiffType.EDITED;
        objects.add(new ObjectDiff(type, name, inner, List.of()));
    }

    private static Optional<String> at(List<String> list, int index) {
        return index < list.size() ? Optional.of(list.get(index)) : Optional.empty();
    }

    private void blocks(String name, Class<?> element, List<?> before, List<?> after) {
        var old = keyed(element, before);
        var now = keyed(element, after);
        if (old.isEmpty() && now.isEmpty()) {
            blocksWithoutNames(name, before, after);
            return;
        }
        var all = new TreeMap<>(old);
        all.putAll(now);
        for (String key : all.keySet()) {
            object(singular(name), Optional.ofNullable(old.get(key)), Optional.ofNullable(now.get(key)))
                    .ifPresent(objects::add);
        }
        JobDiff.order(name, keys(element, before), keys(element, after)).ifPresent(fields::add);
    }

    /** What has no name is the same when it is equal; the rest is taken as edited when it is as many as before. */
    private void blocksWithoutNames(String name, List<?> before, List<?> after) {
        var gone = new ArrayList<Object>(before);
        var come = new ArrayList<Object>(after);
        for (Object item : before) {
            if (come.remove(item)) {
                gone.remove(item);
            }
        }
        if (gone.size() == come.size()) {
            for (int i = 0; i < gone.size(); i++) {
                object(singular(name), Optional.of(gone.get(i)), Optional.of(come.get(i)))
                        .ifPresent(objects::add);
            }
        } else {
            gone.forEach(item ->
                    object(singular(name), Optional.of(item), Optional.empty()).ifPresent(objects::add));
            come.forEach(item ->
                    object(singular(name), Optional.empty(), Optional.of(item)).ifPresent(objects::add));
        }
        if (gone.isEmpty() && come.isEmpty() && !before.equals(after)) {
            JobDiff.order(name, positions(before, before), positions(before, after))
                    .ifPresent(fields::add);
        }
    }

    private static List<String> positions(List<?> first, List<?> list) {
        return list.stream()
                .map(item -> Integer.toString(first.indexOf(item) + 1))
                .toList();
    }

    /** Elements by name; a name that comes again gets a number. Empty when the elements have no names. */
    private static TreeMap<String, Object> keyed(Class<?> element, List<?> items) {
        var found = new TreeMap<String, Object>();
        var keys = keys(element, items);
        for (int i = 0; i < keys.size(); i++) {
            String key = keys.get(i);
            for (int again = 2; found.containsKey(key); again++) {
                key = keys.get(i) + " " + again;
            }
            found.put(key, items.get(i));
        }
        return found;
    }

    private static List<String> keys(Class<?> element, List<?> items) {
        if (!element.isRecord()) {
            return List.of();
        }
        for (var component : RecordShape.of(element).components()) {
            if (NAMING.contains(component.name()) && component.type() == String.class) {
                return items.stream().map(item -> text(component.of(item))).toList();
            }
        }
        return List.of();
    }

    private void map(String name, Type value, Map<?, ?> before, Map<?, ?> after) {
        if (value == Object.class) {
            free(name, before, after);
            return;
        }
        var keys = new TreeSet<String>();
        before.keySet().forEach(key -> keys.add((String) key));
        after.keySet().forEach(key -> keys.add((String) key));
        for (String key : keys) {
            entry(
                    name + "[" + key + "]",
                    value,
                    Optional.ofNullable(before.get(key)),
                    Optional.ofNullable(after.get(key)));
        }
    }

    /** A map of no fixed shape is one block with a field for each simple value in it. */
    private void free(String name, Map<?, ?> before, Map<?, ?> after) {
        if (before.equals(after)) {
            return;
        }
        var old = new TreeMap<String, Object>();
        var now = new TreeMap<String, Object>();
        flatten("", before, old);
        flatten("", after, now);
        var inner = new ArrayList<FieldDiff>();
        var all = new TreeMap<>(old);
        all.putAll(now);
        for (String key : all.keySet()) {
            var one = Optional.ofNullable(old.get(key));
            var two = Optional.ofNullable(now.get(key));
            var diff = FieldDiff.of(key, one.map(RecordDiff::text), two.map(RecordDiff::text));
            boolean sameTextOnly = diff.type() == DiffType.NONE && !one.equals(two);
            inner.add(sameTextOnly ? FieldDiff.of(key, one.map(Codec::toJson), two.map(Codec::toJson)) : diff);
        }
        var type = before.isEmpty() ? DiffType.ADDED : after.isEmpty() ? DiffType.DELETED : DiffType.EDITED;
        objects.add(new ObjectDiff(type, name, inner, List.of()));
    }

    private static void flatten(String path, Object value, Map<String, Object> into) {
        switch (value) {
            case Map<?, ?> map
            when !map.isEmpty() ->
                map.forEach((key, inner) -> flatten(path.isEmpty() ? (String) key : path + "." + key, inner, into));
            case List<?> list
            when !list.isEmpty() -> {
                for (int i = 0; i < list.size(); i++) {
                    flatten(path + "[" + i + "]", list.get(i), into);
                }
            }
            default -> {
                if (!path.isEmpty()) {
                    into.put(path, value);
                }
            }
        }
    }

    private static String text(Object value) {
        return switch (value) {
            case String text -> text;
            case Scalar id -> id.value();
            case Duration duration -> GoDuration.format(duration);
            case Optional<?> optional -> optional.map(RecordDiff::text).orElse("");
            case Enum<?> constant -> Codec.toJson(constant).replace("\"", "");
            case Number number -> number.toString();
            case Boolean flag -> flag.toString();
            default -> Codec.toJson(value);
        };
    }

    private static String singular(String name) {
        if (name.endsWith("ies")) {
            return name.substring(0, name.length() - 3) + "y";
        }
        return name.endsWith("s") ? name.substring(0, name.length() - 1) : name;
    }
}
