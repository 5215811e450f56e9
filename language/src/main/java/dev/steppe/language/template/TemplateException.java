package dev.steppe.language.template;

import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.SourceRange;

/** One mistake at one place, on its way out of parser or rendering. */
final class TemplateException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Diagnostic diagnostic;

    TemplateException(SourceRange range, String message, String detail) {
        super(message);
        this.diagnostic = Diagnostic.error(range, message, detail);
    }

    Diagnostic diagnostic() {
        return diagnostic;
    }
}
