package dev.steppe.agent.configuration;

import dev.steppe.language.function.FunctionTable;
import dev.steppe.language.hcl.Body;
import dev.steppe.language.hcl.Evaluator;
import dev.steppe.language.hcl.Expression;
import dev.steppe.language.hcl.Scope;
import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.SourceRange;
import dev.steppe.language.value.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** What reading has found so far: mistakes, and which keys there are at all. For one thread. */
final class Findings {
    private final Evaluator evaluator = new Evaluator(FunctionTable.standard());
    private final List<Diagnostic> diagnostics = new ArrayList<>();
    private final TreeSet<String> keys = new TreeSet<>();

    void known(String key) {
        keys.add(key);
    }

    /** The full names of all keys that were asked for. */
    SortedSet<String> keys() {
        return keys;
    }

    void error(SourceRange range, String message, String detail) {
        diagnostics.add(Diagnostic.error(range, message, detail));
    }

    void addAll(Collection<Diagnostic> more) {
        diagnostics.addAll(more);
    }

    /** All mistakes, file by file in the order of the text. */
    List<Diagnostic> inOrder(List<String> files) {
        return diagnostics.stream()
                .distinct()
                .sorted(java.util.Comparator.<Diagnostic>comparingInt(
                                it -> files.indexOf(it.range().source().name()))
                        .thenComparingInt(it -> it.range().start()))
                .toList();
    }

    Optional<Value> evaluate(Expression expression) {
        try {
            return Optional.of(evaluator.evaluate(expression, Scope.empty()));
        } catch (DiagnosticException refused) {
            diagnostics.addAll(refused.diagnostics());
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
                error(entry.key().range(), "A key must be a text", "");
            }
        }
        return new Body(items, object.range());
    }
}
