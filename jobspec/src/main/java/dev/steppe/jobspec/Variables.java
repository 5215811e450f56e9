package dev.steppe.jobspec;

import dev.steppe.language.hcl.Body;
import dev.steppe.language.hcl.Evaluator;
import dev.steppe.language.hcl.Expression;
import dev.steppe.language.hcl.Hcl;
import dev.steppe.language.hcl.Scope;
import dev.steppe.language.hcl.TypeConstraint;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import dev.steppe.language.source.SourceRange;
import dev.steppe.language.source.Spelling;
import dev.steppe.language.value.Conversion;
import dev.steppe.language.value.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The input variables of a job file: declarations, given values, types and validations. */
final class Variables {
    private static final List<String> ATTRIBUTES = List.of("type", "default", "description");

    private final Evaluator evaluator;
    private final Findings findings;

    Variables(Evaluator evaluator, Findings findings) {
        this.evaluator = evaluator;
        this.findings = findings;
    }

    /** A declared variable; without a type, texts stay texts unless the default is of another kind. */
    private record Declaration(
            String name,
            Optional<TypeConstraint> type,
            Optional<Value> fallback,
            List<Body.Block> validations,
            SourceRange range) {}

    /** The value of each declared variable; one without a value is a mistake. */
    Map<String, Value> read(Body file, ParseOptions options) {
        Map<String, Declaration> declarations = declarations(file);
        Map<String, Value> given = new LinkedHashMap<>();
        options.environment().forEach((name, text) -> {
            if (declarations.containsKey(name)) {
                given(declarations, name, text, given);
            }
        });
        for (Source variableFile : options.variableFiles()) {
            assignments(variableFile, declarations, given, options);
        }
        SourceRange start = file.range();
        options.variables().forEach((name, text) -> {
            if (declarations.containsKey(name)) {
                given(declarations, name, text, given);
            } else {
                undeclared(
                        start.source().range(0, 0),
                        "A value was given for the variable \"" + name + "\", which the file does not declare",
                        Spelling.suggestion(name, declarations.keySet()),
                        options);
            }
        });
        return values(declarations, given);
    }

    private Map<String, Value> values(Map<String, Declaration> declarations, Map<String, Value> given) {
        Map<String, Value> values = new LinkedHashMap<>();
        for (Declaration declaration : declarations.values()) {
            Optional<Value> value =
                    Optional.ofNullable(given.get(declaration.name())).or(declaration::fallback);
            if (value.isEmpty()) {
                findings.error(
                        declaration.range(),
                        "The variable \"" + declaration.name() + "\" has no value",
                        "Give it with -var " + declaration.name() + "=..., or a default.");
                continue;
            }
            Optional<Value> converted = convert(declaration, value.get());
            if (converted.isPresent()) {
                values.put(declaration.name(), converted.get());
                validate(declaration, converted.get());
            }
        }
        return values;
    }

    private Optional<Value> convert(Declaration declaration, Value value) {
        if (declaration.type().isEmpty()) {
            return Optional.of(value);
        }
        TypeConstraint type = declaration.type().get();
        Optional<Value> converted = type.convert(value);
        if (converted.isEmpty()) {
            findings.error(
                    declaration.range(),
                    "The variable \"" + declaration.name() + "\" must be of type " + type + ", its value is of type "
                            + value.kind(),
                    "");
        }
        return converted;
    }

    private Map<String, Declaration> declarations(Body file) {
        Map<String, Declaration> declarations = new LinkedHashMap<>();
        for (Body.Block block : file.blocks()) {
            try {
                if (block.type().equals("variable")) {
                    add(declaration(block), declarations);
                } else if (block.type().equals("variables")) {
                    for (Body.Attribute attribute : block.body().attributes()) {
                        Value fallback = evaluator.evaluate(attribute.expression(), Scope.empty());
                        add(
                                new Declaration(
                                        attribute.name(),
                                        Optional.empty(),
                                        Optional.of(fallback),
                                        List.of(),
                                        attribute.nameRange()),
                                declarations);
                    }
                }
            } catch (DiagnosticException refusal) {
                findings.addAll(refusal);
            }
        }
        return declarations;
    }

    private void add(Declaration declaration, Map<String, Declaration> declarations) {
        if (declarations.put(declaration.name(), declaration) != null) {
            findings.error(declaration.range(), "The variable \"" + declaration.name() + "\" is declared twice", "");
        }
    }

    private Declaration declaration(Body.Block block) throws DiagnosticException {
        if (block.labels().size() != 1) {
            findings.error(block.range(), "A variable needs exactly one label, its name", "");
        }
        for (Body.Attribute attribute : block.body().attributes()) {
            if (!ATTRIBUTES.contains(attribute.name())) {
                findings.error(
                        attribute.nameRange(),
                        "A variable has no attribute \"" + attribute.name() + "\"",
                        Spelling.suggestion(attribute.name(), ATTRIBUTES));
            }
        }
        for (Body.Block inner : block.body().blocks()) {
            if (!inner.type().equals("validation")) {
                findings.error(inner.range(), "A variable has no block \"" + inner.type() + "\"", "");
            }
        }
        Optional<TypeConstraint> type = Optional.empty();
        Optional<Expression> written = block.body().attribute("type").map(Body.Attribute::expression);
        if (written.isPresent()) {
            type = Optional.of(TypeConstraint.read(written.get()));
        }
        Optional<Value> fallback = Optional.empty();
        Optional<Expression> value = block.body().attribute("default").map(Body.Attribute::expression);
        if (value.isPresent()) {
            fallback = Optional.of(evaluator.evaluate(value.get(), Scope.empty()));
        }
        String name = block.labels().isEmpty() ? "" : block.labels().getFirst().text();
        return new Declaration(name, type, fallback, block.body().blocks("validation"), block.range());
    }

    /** A value given as text: taken as it is for texts, read as an expression for everything else. */
    private void given(Map<String, Declaration> declarations, String name, String text, Map<String, Value> given) {
        Declaration declaration = declarations.get(name);
        if (declaration == null) {
            return;
        }
        boolean isText = declaration
                .type()
                .map(type -> type.equals(new TypeConstraint.Simple("string")))
                .orElseGet(() ->
                        declaration.fallback().map(Value.Text.class::isInstance).orElse(true));
        try {
            Value value = isText
                    ? Value.of(text)
                    : evaluator.evaluate(
                            Hcl.parseExpression(new Source("value of the variable " + name, text)), Scope.empty());
            given.put(name, value);
        } catch (DiagnosticException refusal) {
            findings.addAll(refusal);
        }
    }

    private void assignments(
            Source file, Map<String, Declaration> declarations, Map<String, Value> given, ParseOptions options) {
        try {
            Body body = file.text().stripLeading().startsWith("{") ? JsonBodies.assignments(file) : Hcl.parseBody(file);
            for (Body.Block block : body.blocks()) {
                findings.error(block.range(), "A file of variables holds only assignments", "");
            }
            for (Body.Attribute attribute : body.attributes()) {
                if (!declarations.containsKey(attribute.name())) {
                    undeclared(
                            attribute.nameRange(),
                            "The job file does not declare the variable \"" + attribute.name() + "\"",
                            Spelling.suggestion(attribute.name(), declarations.keySet()),
                            options);
                    continue;
                }
                given.put(attribute.name(), evaluator.evaluate(attribute.expression(), Scope.empty()));
            }
        } catch (DiagnosticException refusal) {
            findings.addAll(refusal);
        }
    }

    private void undeclared(SourceRange range, String message, String suggestion, ParseOptions options) {
        if (options.strict()) {
            findings.error(range, message, suggestion);
        } else {
            findings.notice(range, message, suggestion);
        }
    }

    private void validate(Declaration declaration, Value value) {
        Map<String, Value> own = new LinkedHashMap<>();
        own.put(declaration.name(), value);
        Map<String, Value> variables = new LinkedHashMap<>();
        variables.put("var", Value.of(own));
        Scope scope = Scope.of(variables);
        for (Body.Block validation : declaration.validations()) {
            Optional<Body.Attribute> condition = validation.body().attribute("condition");
            Optional<Body.Attribute> message = validation.body().attribute("error_message");
            if (condition.isEmpty() || message.isEmpty()) {
                findings.error(validation.range(), "A validation needs condition and error_message", "");
                continue;
            }
            try {
                Value truth = evaluator.evaluate(condition.get().expression(), scope);
                if (!Conversion.toBool(truth).orElse(false)) {
                    Value text = evaluator.evaluate(message.get().expression(), scope);
                    findings.error(
                            declaration.range(),
                            "The value of the variable \"" + declaration.name() + "\" is not valid",
                            Conversion.toText(text).orElse(""));
                }
            } catch (DiagnosticException refusal) {
                findings.addAll(refusal);
            }
        }
    }
}
