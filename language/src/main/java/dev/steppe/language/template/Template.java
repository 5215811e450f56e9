package dev.steppe.language.template;

import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import dev.steppe.language.source.SourceRange;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A parsed template. Immutable; rendered as often as its data changes. */
public final class Template {
    private final Source source;
    private final List<Node> nodes;
    private final Map<String, List<Node>> defined;
    private final List<Call> calls;

    Template(Source source, List<Node> nodes, Map<String, List<Node>> defined, List<Call> calls) {
        this.source = source;
        this.nodes = nodes;
        this.defined = defined;
        this.calls = calls;
    }

    /** Where a function is named. */
    public record Call(String function, SourceRange range, FunctionSet.Standing standing) {
        /** Whether the function works today. */
        public boolean works() {
            return standing == FunctionSet.Standing.WORKS;
        }
    }

    /** How a template is read: what encloses its actions, and which functions it must not call ({@code name} or {@code prefix*}). */
    public record Rules(Delimiters delimiters, Set<String> denied) {
        public static final Rules STANDARD = new Rules(Delimiters.STANDARD, java.util.Collections.emptySet());
    }

    /** Reads a template. A mistake is told with its place and what was expected there. */
    public static Template parse(Source source, Rules rules) throws DiagnosticException {
        try {
            return new Parser(source, rules.delimiters(), FunctionSet.standard(), rules.denied()).parse();
        } catch (TemplateException mistake) {
            throw new DiagnosticException(mistake.diagnostic());
        }
    }

    /** The functions it names, in the order of the text. */
    public List<Call> calls() {
        return calls;
    }

    List<Node> nodes() {
        return nodes;
    }

    Map<String, List<Node>> defined() {
        return defined;
    }

    /**
     * Renders with the data there is. With {@code strict} a key that is not there is a mistake, otherwise it is printed
     * as {@code <no value>}. A mistake that may come from data that is still missing counts as missing data.
     */
    public Rendered render(TemplateData data, boolean strict) throws DiagnosticException {
        var session = new Session(data);
        try {
            String text = new Rendering(this, session, strict).render();
            return session.missing().isEmpty()
                    ? new Rendered.Complete(text, session.used())
                    : new Rendered.Waiting(session.missing(), session.used());
        } catch (TemplateException mistake) {
            if (!session.missing().isEmpty()) {
                return new Rendered.Waiting(session.missing(), session.used());
            }
            throw new DiagnosticException(mistake.diagnostic());
        } catch (StackOverflowError deep) {
            throw new DiagnosticException(Diagnostic.error(
                    source.range(0, 0), "the template calls itself too deeply", "Let a recursion end."));
        }
    }
}
