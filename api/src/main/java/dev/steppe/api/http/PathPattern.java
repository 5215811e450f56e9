package dev.steppe.api.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A path with names in it: {@code /v1/node/{id}} takes one segment, {@code /v1/job/{id...}/summary} takes one or more
 * (job ids may hold slashes), at most one such name in a pattern.
 *
 * <p>Where two patterns fit a path, the first segment in which they differ decides: fixed text before {@code {name}}
 * before {@code {name...}}; of two with {@code {name...}} in the same place the longer one. Pairs this leaves open are
 * {@linkplain #isAmbiguousWith ambiguous}.
 */
record PathPattern(String text, List<Part> parts) {

    /** One segment of a pattern. */
    sealed interface Part {
        record Fixed(String text) implements Part {}

        record Name(String name) implements Part {}

        record Rest(String name) implements Part {}
    }

    static PathPattern parse(String text) {
        if (!text.startsWith("/") || (text.length() > 1 && text.endsWith("/"))) {
            throw new IllegalArgumentException("a path pattern starts with a slash and ends without: " + text);
        }
        var parts = new ArrayList<Part>();
        var names = new TreeSet<String>();
        int rests = 0;
        for (var segment : text.substring(1).split("/", -1)) {
            var part = part(segment);
            parts.add(part);
            var name = nameOf(part);
            if (name.isPresent() && !names.add(name.get())) {
                throw new IllegalArgumentException("name {" + name.get() + "} twice in " + text);
            }
            if (part instanceof Part.Rest && ++rests > 1) {
                throw new IllegalArgumentException("more than one {name...} in " + text);
            }
        }
        return new PathPattern(text, List.copyOf(parts));
    }

    private static Part part(String segment) {
        if (segment.startsWith("{") && segment.endsWith("...}")) {
            return new Part.Rest(segment.substring(1, segment.length() - 4));
        }
        if (segment.startsWith("{") && segment.endsWith("}")) {
            return new Part.Name(segment.substring(1, segment.length() - 1));
        }
        if (segment.indexOf('{') >= 0 || segment.indexOf('}') >= 0) {
            throw new IllegalArgumentException("a name takes a whole segment: " + segment);
        }
        return new Part.Fixed(segment);
    }

    private static Optional<String> nameOf(Part part) {
        return switch (part) {
            case Part.Fixed fixed -> Optional.empty();
            case Part.Name name -> Optional.of(name.name());
            case Part.Rest rest -> Optional.of(rest.name());
        };
    }

    /** The values of the names when the path fits. Segments are decoded; a trailing slash is a last, empty segment. */
    Optional<SortedMap<String, String>> match(List<String> segments) {
        int rest = restAt();
        boolean trailingSlash = segments.size() > 1 && segments.getLast().isEmpty();
        boolean restIsLast = rest == parts.size() - 1;
        int length = trailingSlash && !(rest >= 0 && restIsLast) ? segments.size() - 1 : segments.size();
        if (rest < 0 ? length != parts.size() : length < parts.size()) {
            return Optional.empty();
        }
        var values = new TreeMap<String, String>();
        int restLength = length - parts.size() + 1;
        int at = 0;
        for (var part : parts) {
            int end = part instanceof Part.Rest ? at + restLength : at + 1;
            if (!fits(part, segments.subList(at, end), values)) {
                return Optional.empty();
            }
            at = end;
        }
        return Optional.of(values);
    }

    private static boolean fits(Part part, List<String> segments, SortedMap<String, String> values) {
        var first = segments.getFirst();
        return switch (part) {
            case Part.Fixed(var text) -> text.equals(first);
            case Part.Name(var name) -> !first.isEmpty() && values.put(name, first) == null;
            case Part.Rest(var name) -> !first.isEmpty() && values.put(name, String.join("/", segments)) == null;
        };
    }

    private int restAt() {
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i) instanceof Part.Rest) {
                return i;
            }
        }
        return -1;
    }

    /** True when both fit exactly the same paths. */
    boolean sameShape(PathPattern other) {
        return order(this, other) == 0;
    }

    /** Sorts the pattern that wins first. */
    static int order(PathPattern one, PathPattern two) {
        int shorter = Math.min(one.parts.size(), two.parts.size());
        for (int i = 0; i < shorter; i++) {
            var a = one.parts.get(i);
            var b = two.parts.get(i);
            if (a instanceof Part.Rest && b instanceof Part.Rest && one.parts.size() != two.parts.size()) {
                return two.parts.size() - one.parts.size();
            }
            int byRank = rank(a) - rank(b);
            if (byRank != 0) {
                return byRank;
            }
            if (a instanceof Part.Fixed(var textA) && b instanceof Part.Fixed(var textB) && !textA.equals(textB)) {
                return textA.compareTo(textB);
            }
        }
        return two.parts.size() - one.parts.size();
    }

    private static int rank(Part part) {
        return switch (part) {
            case Part.Fixed fixed -> 0;
            case Part.Name name -> 1;
            case Part.Rest rest -> 2;
        };
    }

    /** True when some path fits both and neither is the more special one after their common {@code {name...}}. */
    boolean isAmbiguousWith(PathPattern other) {
        int rest = restAt();
        if (rest < 0 || rest != other.restAt() || !samePrefix(other, rest)) {
            return false;
        }
        var mine = parts.subList(rest + 1, parts.size());
        var theirs = other.parts.subList(rest + 1, other.parts.size());
        boolean mineIsLonger = mine.size() >= theirs.size();
        var longer = mineIsLonger ? mine : theirs;
        var shorter = mineIsLonger ? theirs : mine;
        int offset = longer.size() - shorter.size();
        boolean longerIsSpecial = offset > 0;
        boolean shorterIsSpecial = false;
        for (int i = 0; i < shorter.size(); i++) {
            var a = longer.get(i + offset);
            var b = shorter.get(i);
            if (a instanceof Part.Fixed && b instanceof Part.Fixed && !a.equals(b)) {
                return false;
            }
            longerIsSpecial |= rank(a) < rank(b);
            shorterIsSpecial |= rank(b) < rank(a);
        }
        return longerIsSpecial && shorterIsSpecial;
    }

    private boolean samePrefix(PathPattern other, int length) {
        for (int i = 0; i < length; i++) {
            var a = parts.get(i);
            var b = other.parts.get(i);
            if (rank(a) != rank(b) || (a instanceof Part.Fixed && !a.equals(b))) {
                return false;
            }
        }
        return true;
    }
}
