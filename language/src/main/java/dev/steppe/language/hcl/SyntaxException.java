package dev.steppe.language.hcl;

import dev.steppe.language.source.Diagnostic;

/** Ends the reading of one attribute or block; the body goes on behind it. */
final class SyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Diagnostic diagnostic;

    SyntaxException(Diagnostic diagnostic) {
        super(diagnostic.message(), null, false, false);
        this.diagnostic = diagnostic;
    }

    Diagnostic diagnostic() {
        return diagnostic;
    }
}
