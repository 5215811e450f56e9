package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import dev.steppe.language.source.SourceRange;
import dev.steppe.language.source.Spelling;
import dev.steppe.language.template.Node.Command;
import dev.steppe.language.template.Node.Operand;
import dev.steppe.language.template.Node.Pipeline;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Walks a template once and writes the output. Bounded in steps, depth and length. */
final class Rendering {
    private static final int STEPS_MAX = 2_000_000;
    private static final int DEPTH_MAX = 500;

    private final Template template;
    private final Session session;
    private final boolean strict;
    private final StringBuilder out = new StringBuilder();
    private List<Slot> variables = new ArrayList<>();
    private int steps;
    private int depth;

    Rendering(Template template, Session session, boolean strict) {
        this.template = template;
        this.session = session;
        this.strict = strict;
    }

    /** A variable: assignments change the innermost one of its name. */
    private static final class Slot {
        private final String name;
        private Datum value;

        Slot(String name, Datum value) {
            this.name = name;
            this.value = value;
        }
    }

    /** How a list of nodes ended. */
    private enum Flow {
        ON,
        BREAK,
        CONTINUE
    }

    String render() throws TemplateException {
        variables.add(new Slot("$", Datum.missing()));
        walk(template.nodes(), Datum.missing());
        return out.toString();
    }

    private static TemplateException error(SourceRange range, String message) {
        return new TemplateException(range, message, "");
    }

    private void step(SourceRange range) throws TemplateException {
        if (++steps > STEPS_MAX) {
            throw error(range, "the template takes more than " + STEPS_MAX + " steps");
        }
    }

    private void write(SourceRange range, String text) throws TemplateException {
        out.append(text);
        if (out.length() > Arguments.LENGTH_MAX) {
            throw error(range, "the output is longer than " + Arguments.LENGTH_MAX + " characters");
        }
    }

    private Flow walk(List<Node> nodes, Datum dot) throws TemplateException {
        for (Node node : nodes) {
            Flow flow = walk(node, dot);
            if (flow != Flow.ON) {
                return flow;
            }
        }
        return Flow.ON;
    }

    private Flow walk(Node node, Datum dot) throws TemplateException {
        switch (node) {
            case Node.Text(SourceRange range, String text) -> write(range, text);
            case Node.Output(Pipeline pipeline) -> {
                Datum value = evaluate(pipeline, dot);
                if (pipeline.variables().isEmpty()) {
                    write(pipeline.range(), Printing.output(value));
                }
            }
            case Node.If(Pipeline condition, List<Node> then, List<Node> otherwise) -> {
                int scope = variables.size();
                Flow flow = walk(evaluate(condition, dot).isTrue() ? then : otherwise, dot);
                leave(scope);
                return flow;
            }
            case Node.With(Pipeline pipeline, List<Node> then, List<Node> otherwise) -> {
                int scope = variables.size();
                Datum value = evaluate(pipeline, dot);
                Flow flow = value.isTrue() ? walk(then, value) : walk(otherwise, dot);
                leave(scope);
                return flow;
            }
            case Node.Range range -> {
                int scope = variables.size();
                Flow flow = range(range, dot);
                leave(scope);
                return flow;
            }
            case Node.Include include -> include(include, dot);
            case Node.Break _ -> {
                return Flow.BREAK;
            }
            case Node.Continue _ -> {
                return Flow.CONTINUE;
            }
        }
        return Flow.ON;
    }

    private void leave(int scope) {
        variables.subList(scope, variables.size()).clear();
    }

    private Flow range(Node.Range range, Datum dot) throws TemplateException {
        var pipeline = range.value();
        Datum value = commands(pipeline, dot);
        var keys = new ArrayList<Datum>();
        var elements = new ArrayList<Datum>();
        switch (value) {
            case Datum.Missing _, Datum.Nil _ -> {}
            case Datum.Sequence sequence -> {
                elements.addAll(sequence.elements());
                for (int i = 0; i < elements.size(); i++) {
                    keys.add(Datum.of((long) i));
                }
            }
            case Datum.Table table ->
                table.entries().forEach((key, element) -> {
                    keys.add(table.key(key));
                    elements.add(element);
                });
            case Datum.Whole(long number) -> {
                for (long i = 0; i < number; i++) {
                    step(pipeline.range());
                    keys.add(Datum.of(i));
                    elements.add(Datum.of(i));
                }
            }
            case Datum.Bool _, Datum.Real _, Datum.Text _, Datum.Structure _ ->
                throw error(pipeline.range(), "range can't iterate over " + Printing.plain(value));
        }
        return elements.isEmpty() ? walk(range.otherwise(), dot) : each(range, keys, elements);
    }

    private Flow each(Node.Range range, List<Datum> keys, List<Datum> elements) throws TemplateException {
        var names = range.value().variables();
        int scope = variables.size();
        for (int i = 0; i < elements.size(); i++) {
            step(range.value().range());
            if (!names.isEmpty()) {
                bind(range.value(), names.getLast(), elements.get(i));
            }
            if (names.size() > 1) {
                bind(range.value(), names.getFirst(), keys.get(i));
            }
            Flow flow = walk(range.each(), elements.get(i));
            leave(scope);
            if (flow == Flow.BREAK) {
                break;
            }
        }
        return Flow.ON;
    }

    private void bind(Pipeline pipeline, String name, Datum value) {
        if (pipeline.declares()) {
            variables.add(new Slot(name, value));
        } else {
            slot(name).value = value;
        }
    }

    private Slot slot(String name) {
        for (Slot slot : variables.reversed()) {
            if (slot.name.equals(name)) {
                return slot;
            }
        }
        throw new IllegalStateException("the parser let an undefined variable pass: " + name);
    }

    private void include(Node.Include include, Datum dot) throws TemplateException {
        List<Node> body = defined(include.range(), include.name());
        Datum given = include.dot().isPresent() ? evaluate(include.dot().get(), dot) : Datum.missing();
        enter(include.range(), body, given);
    }

    private List<Node> defined(SourceRange range, String name) throws TemplateException {
        var body = Optional.ofNullable(template.defined().get(name));
        return body.orElseThrow(() -> new TemplateException(
                range,
                "template \"" + name + "\" not defined",
                Spelling.suggestion(name, template.defined().keySet())));
    }

    /** Walks a defined template: it sees only what it is given. */
    private void enter(SourceRange range, List<Node> body, Datum given) throws TemplateException {
        if (++depth > DEPTH_MAX) {
            throw error(range, "templates call each other more than " + DEPTH_MAX + " deep");
        }
        step(range);
        var outer = variables;
        variables = new ArrayList<>(List.of(new Slot("$", given)));
        walk(body, given);
        variables = outer;
        depth--;
    }

    private Datum evaluate(Pipeline pipeline, Datum dot) throws TemplateException {
        Datum value = commands(pipeline, dot);
        for (String name : pipeline.variables()) {
            bind(pipeline, name, value);
        }
        return value;
    }

    private Datum commands(Pipeline pipeline, Datum dot) throws TemplateException {
        Optional<Datum> piped = Optional.empty();
        for (Command command : pipeline.commands()) {
            step(command.range());
            piped = Optional.of(command(command, dot, piped));
        }
        return piped.orElseThrow();
    }

    private Datum command(Command command, Datum dot, Optional<Datum> piped) throws TemplateException {
        var first = command.operands().getFirst();
        var rest = command.operands().subList(1, command.operands().size());
        return switch (first) {
            case Operand.Function function -> function(function, rest, dot, piped);
            case Operand.Field field -> fields(dot, field.range(), field.names(), arguments(rest, dot, piped));
            case Operand.Variable variable
            when !variable.fields().isEmpty() ->
                fields(slot(variable.name()).value, variable.range(), variable.fields(), arguments(rest, dot, piped));
            case Operand.Chain chain ->
                fields(operand(chain.of(), dot), chain.range(), chain.fields(), arguments(rest, dot, piped));
            case Operand.NilWord nil -> throw error(nil.range(), "nil is not a command");
            case Operand.Literal _, Operand.Dot _, Operand.Variable _, Operand.Nested _ -> {
                if (!rest.isEmpty() || piped.isPresent()) {
                    throw error(
                            first.range(),
                            "can't give argument to non-function "
                                    + first.range().text());
                }
                yield operand(first, dot);
            }
        };
    }

    private List<Datum> arguments(List<Operand> operands, Datum dot, Optional<Datum> piped) throws TemplateException {
        var arguments = new ArrayList<Datum>();
        for (Operand operand : operands) {
            arguments.add(operand(operand, dot));
        }
        piped.ifPresent(arguments::add);
        return arguments;
    }

    private Datum operand(Operand operand, Datum dot) throws TemplateException {
        return switch (operand) {
            case Operand.Literal(SourceRange _, Datum value) -> value;
            case Operand.NilWord _ -> Datum.nil();
            case Operand.Dot _ -> dot;
            case Operand.Field field -> fields(dot, field.range(), field.names(), List.of());
            case Operand.Variable variable ->
                fields(slot(variable.name()).value, variable.range(), variable.fields(), List.of());
            case Operand.Function function -> function(function, List.of(), dot, Optional.empty());
            case Operand.Nested(Pipeline pipeline) -> evaluate(pipeline, dot);
            case Operand.Chain chain -> fields(operand(chain.of(), dot), chain.range(), chain.fields(), List.of());
        };
    }

    private Datum function(Operand.Function function, List<Operand> operands, Datum dot, Optional<Datum> piped)
            throws TemplateException {
        if (function.name().equals("and") || function.name().equals("or")) {
            return shortCircuit(function, operands, dot, piped);
        }
        var values = arguments(operands, dot, piped);
        if (function.name().equals("executeTemplate")) {
            return execute(function, values);
        }
        try {
            return FunctionSet.standard().call(function.name(), new Arguments(values, session));
        } catch (FunctionException refusal) {
            throw error(function.range(), "error calling " + function.name() + ": " + refusal.getMessage());
        }
    }

    /** The first argument that decides, or the last; what follows the deciding one is not looked at. */
    private Datum shortCircuit(Operand.Function function, List<Operand> operands, Datum dot, Optional<Datum> piped)
            throws TemplateException {
        boolean deciding = function.name().equals("or");
        Optional<Datum> last = Optional.empty();
        for (Operand operand : operands) {
            Datum value = operand(operand, dot);
            if (value.isTrue() == deciding) {
                return value;
            }
            last = Optional.of(value);
        }
        if (piped.isEmpty() && last.isEmpty()) {
            throw error(function.range(), "wrong number of args for " + function.name() + ": want at least 1 got 0");
        }
        return piped.isPresent() ? piped.get() : last.orElseThrow();
    }

    private Datum execute(Operand.Function function, List<Datum> values) throws TemplateException {
        if (values.isEmpty() || values.size() > 2 || !(values.getFirst() instanceof Datum.Text(String name))) {
            throw error(function.range(), "executeTemplate takes the name of a defined template and what it is given");
        }
        int before = out.length();
        enter(function.range(), defined(function.range(), name), values.size() > 1 ? values.get(1) : Datum.missing());
        String text = out.substring(before);
        out.setLength(before);
        return Datum.of(text);
    }

    /** Follows field after field; the arguments belong to the last one. */
    private Datum fields(Datum value, SourceRange range, List<String> names, List<Datum> arguments)
            throws TemplateException {
        Datum current = value;
        for (int i = 0; i < names.size(); i++) {
            boolean last = i == names.size() - 1;
            current = field(current, range, names.get(i), last ? arguments : List.of());
        }
        return current;
    }

    private Datum field(Datum value, SourceRange range, String name, List<Datum> arguments) throws TemplateException {
        Map<String, Datum.Method> methods = switch (value) {
            case Datum.Sequence sequence -> sequence.methods();
            case Datum.Table table -> table.methods();
            case Datum.Structure structure -> structure.methods();
            case Datum.Missing _, Datum.Nil _, Datum.Bool _, Datum.Whole _, Datum.Real _, Datum.Text _ -> Map.of();
        };
        var method = Optional.ofNullable(methods.get(name));
        if (method.isPresent()) {
            try {
                return method.get().call(arguments);
            } catch (FunctionException refusal) {
                throw error(range, "error calling " + name + ": " + refusal.getMessage());
            }
        }
        if (!arguments.isEmpty()) {
            throw error(range, name + " has arguments but cannot be invoked as function");
        }
        return switch (value) {
            case Datum.Table table -> {
                var found = table.get(name);
                if (found.isEmpty() && strict) {
                    throw new TemplateException(
                            range,
                            "map has no entry for key \"" + name + "\"",
                            Spelling.suggestion(name, table.entries().keySet()));
                }
                yield found.orElse(table.zero());
            }
            case Datum.Structure structure ->
                Optional.ofNullable(structure.fields().get(name))
                        .orElseThrow(() -> new TemplateException(
                                range,
                                "can't evaluate field " + name + " in type " + structure.type(),
                                Spelling.suggestion(name, structure.fields().keySet())));
            case Datum.Missing _ -> {
                if (strict) {
                    throw error(range, "nil data; no entry for key \"" + name + "\"");
                }
                yield Datum.missing();
            }
            case Datum.Nil _ -> throw error(range, "nil has no field " + name);
            case Datum.Bool _, Datum.Whole _, Datum.Real _, Datum.Text _, Datum.Sequence _ ->
                throw error(range, "can't evaluate field " + name + " in type " + value.type());
        };
    }
}
