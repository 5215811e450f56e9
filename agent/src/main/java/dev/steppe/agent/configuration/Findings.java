package dev.steppe.agent.configuration;

import dev.steppe.language.function.FunctionTable;
import dev.steppe.language.hcl.Body;
import dev.steppe.language.hcl.Evaluator;
import dev.steppe.language.hcl.Expression;
import dev.steppe.language.hcl.Scope;
import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import dev.steppe.language.source.SourceRange;
import dev.steppe.language.value.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What reading has found so far, with secrets blackened where a message would show their line. For one thread. */
final class Findings {
    private final Evaluator evaluator = new Evaluator(FunctionTable.standard());
    private final List<Finding> found = new ArrayList<>();
    private final Map<Source, List<SourceRange>> secrets = new HashMap<>();
    private final Set<SourceRange> foreign = new HashSet<>();

    void wrong(SourceRange range, String message, String detail) {
        found.add(new Finding(Finding.Weight.WRONG, Diagnostic.error(range, message, detail)));
    }

    /** Words of another dialect than their file's, all of which one message has told of. */
    void foreign(Collection<SourceRange> words) {
        foreign.addAll(words);
    }

    boolean isForeign(SourceRange word) {
        return foreign.contains(word);
    }

    void atStart(SourceRange range, String message, String detail) {
        found.add(new Finding(Finding.Weight.AT_START, Diagnostic.warning(range, message, detail)));
    }

    void notice(SourceRange range, String message, String detail) {
        found.add(new Finding(Finding.Weight.NOTICE, Diagnostic.warning(range, message, detail)));
    }

    void addAll(Collection<Diagnostic> mistakes) {
        mistakes.forEach(mistake -> found.add(new Finding(Finding.Weight.WRONG, mistake)));
    }

    /** From now on no message shows what stands there. */
    void secret(SourceRange range) {
        secrets.computeIfAbsent(range.source(), source -> new ArrayList<>()).add(range);
    }

    /** Everything, file by file in the order of the text. */
    List<Finding> inOrder(List<String> files) {
        return found.stream()
                .distinct()
                .sorted(Comparator.<Finding>comparingInt(it ->
                                files.indexOf(it.diagnostic().range().source().name()))
                        .thenComparingInt(it -> it.diagnostic().range().start()))
                .map(this::blackened)
                .toList();
    }

    private Finding blackened(Finding finding) {
        var diagnostic = finding.diagnostic();
        var hidden = secrets.get(diagnostic.range().source());
        if (hidden == null) {
            return finding;
        }
        var text = new StringBuilder(diagnostic.range().source().text());
        for (SourceRange range : hidden) {
            for (int i = range.start(); i < range.end(); i++) {
                if (text.charAt(i) != '\n') {
                    text.setCharAt(i, '*');
                }
            }
        }
        var source = new Source(diagnostic.range().source().name(), text.toString());
        var range = source.range(diagnostic.range().start(), diagnostic.range().end());
        return new Finding(
                finding.weight(),
                new Diagnostic(diagnostic.severity(), diagnostic.message(), diagnostic.detail(), range));
    }

    Optional<Value> evaluate(Expression expression) {
        try {
            return Optional.of(evaluator.evaluate(expression, Scope.empty()));
        } catch (DiagnosticException refused) {
            addAll(refused.diagnostics());
            return Optional.empty();
        }
    }

    /** The body that an object stands for. */
    Body body(Expression.ObjectOf object) {
        var items = new ArrayList<Body.Item>();
        for (Expression.Entry entry : object.entries()) {
            var key = evaluate(entry.key());
            if (key.isPresent() && key.get() instanceof Value.Text(String name)) {
                items.add(new Body.Attribute(name, entry.value(), entry.key().range()));
            } else if (key.isPresent()) {
                wrong(entry.key().range(), "A key must be a text", "");
            }
        }
        return new Body(items, object.range());
    }
}
