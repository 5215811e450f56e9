package dev.steppe.jobspec;

import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.SourceRange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was found wrong or notable so far, and which place in the file each part of the job came from. */
final class Findings {
    private final List<Diagnostic> diagnostics = new ArrayList<>();
    private final Map<String, SourceRange> places = new LinkedHashMap<>();

    void error(SourceRange range, String message, String detail) {
        diagnostics.add(Diagnostic.error(range, message, detail));
    }

    void notice(SourceRange range, String message, String detail) {
        diagnostics.add(Diagnostic.warning(range, message, detail));
    }

    void addAll(DiagnosticException refusal) {
        diagnostics.addAll(refusal.diagnostics());
    }

    boolean hasErrors() {
        return diagnostics.stream().anyMatch(Diagnostic::isError);
    }

    /** All so far, in the order of the file, errors said twice once. */
    List<Diagnostic> inOrder() {
        return diagnostics.stream()
                .distinct()
                .sorted((first, second) ->
                        Integer.compare(first.range().start(), second.range().start()))
                .toList();
    }

    /** Remembers where the value at a path such as {@code TaskGroups[0].Count} was written. */
    void place(String path, SourceRange range) {
        places.put(path, range);
    }

    /** Whether anything is known about where the job was written; not so for JSON. */
    boolean knowsPlaces() {
        return !places.isEmpty();
    }

    /** Where the value at the path was written, or what is around it. */
    SourceRange placeOf(String path, SourceRange whole) {
        String outer = path;
        while (!outer.isEmpty()) {
            SourceRange range = places.get(outer);
            if (range != null) {
                return range;
            }
            outer = outer.substring(0, Math.max(0, Math.max(outer.lastIndexOf('.'), outer.lastIndexOf('['))));
        }
        return places.getOrDefault("", whole);
    }
}
