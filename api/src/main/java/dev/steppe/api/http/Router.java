package dev.steppe.api.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A checked table of routes: it cannot be built when two routes could claim the same request. Immutable. */
public final class Router {
    private final List<Route> routes;
    /** The slots whose pattern starts with this fixed text after {@code /v1}, or all others under the empty text. */
    private final Map<String, List<Slot>> slotsByNoun;

    public Router(List<Route> routes) {
        this.routes = List.copyOf(routes);
        this.slotsByNoun = slots(this.routes);
    }

    /** All routes of one pattern shape. */
    private record Slot(PathPattern pattern, EnumMap<Method, Entry> byMethod) {}

    private record Entry(PathPattern pattern, Route route) {}

    /** What a path and method lead to. */
    sealed interface Found {
        record Matched(Route route, SortedMap<String, String> names) implements Found {}

        record WrongMethod(List<Method> allowed) implements Found {}

        record Unknown() implements Found {}
    }

    private static Map<String, List<Slot>> slots(List<Route> routes) {
        var slots = new ArrayList<Slot>();
        for (var route : routes) {
            var pattern = PathPattern.parse(route.pattern());
            var slot = slots.stream()
                    .filter(known -> known.pattern.sameShape(pattern))
                    .findFirst()
                    .orElseGet(() -> {
                        var added = new Slot(pattern, new EnumMap<>(Method.class));
                        slots.add(added);
                        return added;
                    });
            for (var method : route.methods()) {
                var before = slot.byMethod.putIfAbsent(method, new Entry(pattern, route));
                if (before != null) {
                    throw new IllegalArgumentException(
                            "two routes for " + method + " " + route.pattern() + " and " + before.pattern.text());
                }
            }
        }
        refuseAmbiguity(slots);
        slots.sort((a, b) -> PathPattern.order(a.pattern, b.pattern));
        var byNoun = new LinkedHashMap<String, List<Slot>>();
        for (var slot : slots) {
            byNoun.computeIfAbsent(noun(slot.pattern), noun -> new ArrayList<>())
                    .add(slot);
        }
        return byNoun;
    }

    private static void refuseAmbiguity(List<Slot> slots) {
        for (int i = 0; i < slots.size(); i++) {
            for (int j = i + 1; j < slots.size(); j++) {
                var one = slots.get(i).pattern;
                var two = slots.get(j).pattern;
                if (one.isAmbiguousWith(two)) {
                    throw new IllegalArgumentException("some paths fit both " + one.text() + " and " + two.text()
                            + ": give one of them a fixed segment more");
                }
            }
        }
    }

    private static String noun(PathPattern pattern) {
        var parts = pattern.parts();
        return parts.size() > 1
                        && parts.get(0) instanceof PathPattern.Part.Fixed
                        && parts.get(1) instanceof PathPattern.Part.Fixed(var text)
                ? text
                : "";
    }

    /** Finds the route for a path as it was sent (still percent-encoded, without the query). */
    Found find(Method method, String rawPath) throws Refused {
        var segments = segments(rawPath);
        var noun = segments.size() > 1 ? segments.get(1) : "";
        var found = findIn(slotsByNoun.getOrDefault(noun, List.of()), method, segments);
        return found instanceof Found.Unknown && !noun.isEmpty()
                ? findIn(slotsByNoun.getOrDefault("", List.of()), method, segments)
                : found;
    }

    private static Found findIn(List<Slot> slots, Method method, List<String> segments) {
        for (var slot : slots) {
            if (slot.pattern.match(segments).isEmpty()) {
                continue;
            }
            var entry = slot.byMethod.get(method);
            if (entry == null) {
                return new Found.WrongMethod(List.copyOf(slot.byMethod.keySet()));
            }
            return new Found.Matched(
                    entry.route,
                    entry.pattern.match(segments).orElse(Collections.unmodifiableSortedMap(new TreeMap<>())));
        }
        return new Found.Unknown();
    }

    private static List<String> segments(String rawPath) throws Refused {
        if (!rawPath.startsWith("/")) {
            throw Refused.invalid("Invalid URL path: \"" + rawPath + "\" does not start with a slash");
        }
        var segments = new ArrayList<String>();
        for (var raw : Arrays.asList(rawPath.substring(1).split("/", -1))) {
            segments.add(PercentCode.decodeSegment(raw));
        }
        return segments;
    }

    /** The routes in the order they were given. */
    public List<Route> routes() {
        return routes;
    }

    /** The whole table as text, a row per route: methods, pattern, right. */
    public String table() {
        var text = new StringBuilder();
        for (var route : routes) {
            var names = route.methods().stream()
                    .filter(method -> method != Method.HEAD)
                    .map(Method::name)
                    .toList();
            var methods = names.size() < 4 ? String.join(",", names) : "any";
            text.append(String.format("%-9s %-48s %s%n", methods, route.pattern(), route.right()));
        }
        return text.toString();
    }
}
