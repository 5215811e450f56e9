package dev.steppe.language.source;

import java.util.List;
import java.util.stream.Collectors;

/** A text was refused. Holds everything found wrong in it, at least one error, in the order of the text. */
public final class DiagnosticException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Diagnostic> diagnostics;

    public DiagnosticException(Diagnostic diagnostic) {
        this(List.of(diagnostic));
    }

    public DiagnosticException(List<Diagnostic> diagnostics) {
        super(diagnostics.stream().map(Diagnostic::summary).collect(Collectors.joining("\n")));
        if (diagnostics.stream().noneMatch(Diagnostic::isError)) {
            throw new IllegalArgumentException("a text is refused for at least one error");
        }
        this.diagnostics = List.copyOf(diagnostics);
    }

    public List<Diagnostic> diagnostics() {
        return diagnostics;
    }
}
