package dev.steppe.jobspec;

import dev.steppe.language.hcl.Body;
import dev.steppe.language.hcl.Evaluator;
import dev.steppe.language.hcl.Expression;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.value.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The {@code locals} blocks of a job file, evaluated in the order in which they need each other. */
final class Locals {
    private static final int COUNT_MAX = 2_000;

    private final Evaluator evaluator;
    private final Findings findings;

    Locals(Evaluator evaluator, Findings findings) {
        this.evaluator = evaluator;
        this.findings = findings;
    }

    /** The scope with all variables and locals. */
    JobScope read(Body file, Map<String, Value> variables) {
        Map<String, Body.Attribute> open = declared(file);
        Map<String, Value> values = new LinkedHashMap<>();
        boolean progress = true;
        while (!open.isEmpty() && progress) {
            progress = false;
            for (Body.Attribute attribute : new ArrayList<>(open.values())) {
                if (needed(attribute.expression()).stream().anyMatch(open::containsKey)) {
                    continue;
                }
                open.remove(attribute.name());
                progress = true;
                try {
                    JobScope scope = JobScope.of(variables, values);
                    values.put(attribute.name(), evaluator.evaluate(attribute.expression(), scope));
                } catch (DiagnosticException refusal) {
                    findings.addAll(refusal);
                    values.put(attribute.name(), Value.none());
                }
            }
        }
        for (Body.Attribute attribute : open.values()) {
            findings.error(
                    attribute.nameRange(), "The local value \"" + attribute.name() + "\" needs itself to be known", "");
        }
        return JobScope.of(variables, values);
    }

    private Map<String, Body.Attribute> declared(Body file) {
        Map<String, Body.Attribute> declared = new LinkedHashMap<>();
        for (Body.Block block : file.blocks("locals")) {
            for (Body.Block inner : block.body().blocks()) {
                findings.error(inner.range(), "\"locals\" holds only attributes", "");
            }
            for (Body.Attribute attribute : block.body().attributes()) {
                if (declared.put(attribute.name(), attribute) != null) {
                    findings.error(
                            attribute.nameRange(), "The local value \"" + attribute.name() + "\" is set twice", "");
                }
                if (declared.size() > COUNT_MAX) {
                    findings.error(attribute.nameRange(), "More than " + COUNT_MAX + " local values", "");
                    return new LinkedHashMap<>();
                }
            }
        }
        return declared;
    }

    /** The names of the local values that an expression refers to. */
    private static Set<String> needed(Expression expression) {
        Set<String> names = new LinkedHashSet<>();
        List<Expression> open = new ArrayList<>(List.of(expression));
        while (!open.isEmpty()) {
            Expression next = open.removeLast();
            if (next instanceof Expression.Reference reference
                    && reference.root().equals("local")
                    && !reference.steps().isEmpty()
                    && reference.steps().getFirst() instanceof Value.Text(String name)) {
                names.add(name);
            }
            open.addAll(next.children());
        }
        return names;
    }
}
