package dev.steppe.language.hcl;

import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads HCL2, the native syntax, to a syntax tree. Beyond HCL2 a line may hold several attributes and blocks, as in
 * {@code config { enabled = true volumes { enabled = false } }}, because published files are written so.
 */
public final class Hcl {
    private Hcl() {}

    /** A body and what is wrong with it; with errors it holds only what could be read. */
    public record Parsed(Body body, List<Diagnostic> diagnostics) {
        public Parsed {
            diagnostics = List.copyOf(diagnostics);
        }

        public boolean hasErrors() {
            return diagnostics.stream().anyMatch(Diagnostic::isError);
        }
    }

    /** Reads a file and reports every mistake up to a bound. */
    public static Parsed parse(Source source) {
        return parse(source, false);
    }

    /** The same for files in which names of attributes may be quoted, as in {@code meta { "a.b" = 1 }}. */
    public static Parsed parseWithQuotedNames(Source source) {
        return parse(source, true);
    }

    private static Parsed parse(Source source, boolean quotedNames) {
        List<Diagnostic> diagnostics = new ArrayList<>();
        Body body = new BodyParser(new TokenStream(source), diagnostics, quotedNames).file();
        return new Parsed(body, diagnostics);
    }

    /** Reads a file that must be without mistakes. */
    public static Body parseBody(Source source) throws DiagnosticException {
        Parsed parsed = parse(source);
        if (parsed.hasErrors()) {
            throw new DiagnosticException(parsed.diagnostics());
        }
        return parsed.body();
    }

    /** Reads HCL2's JSON syntax, in which strings may be templates. What is a block in it is for the caller to know. */
    public static Expression parseJson(Source source) throws DiagnosticException {
        return JsonSyntax.parse(source, true);
    }

    /** Reads JSON in which strings mean what they are. */
    public static Expression parsePlainJson(Source source) throws DiagnosticException {
        return JsonSyntax.parse(source, false);
    }

    /** Reads a text that is one expression. */
    public static Expression parseExpression(Source source) throws DiagnosticException {
        TokenStream tokens = new TokenStream(source);
        tokens.countNewlines(false);
        tokens.restart(0);
        try {
            Expression expression = new ExpressionParser(tokens).attributeValue();
            if (!tokens.at(TokenKind.END)) {
                throw tokens.expected("the end of the expression");
            }
            return expression;
        } catch (SyntaxException mistake) {
            throw new DiagnosticException(mistake.diagnostic());
        }
    }

    /** Reads a text with interpolations and directives in it; the only escapes are a doubled dollar or percent. */
    public static Expression parseTemplate(Source source) throws DiagnosticException {
        try {
            return new ExpressionParser(new TokenStream(source)).template();
        } catch (SyntaxException mistake) {
            throw new DiagnosticException(mistake.diagnostic());
        }
    }
}
