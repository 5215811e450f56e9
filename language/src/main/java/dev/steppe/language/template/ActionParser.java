package dev.steppe.language.template;

import dev.steppe.language.source.Source;
import dev.steppe.language.source.SourceRange;
import dev.steppe.language.source.Spelling;
import dev.steppe.language.template.Node.Command;
import dev.steppe.language.template.Node.Operand;
import dev.steppe.language.template.Node.Pipeline;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads what stands between the delimiters of one action: pipelines, commands and operands. */
final class ActionParser {
    private static final int DEPTH_MAX = 100;

    private final Source source;
    private final Lexer.Part.Action action;
    private final Context context;
    private int position;
    private int depth;

    /** What the rest of the template knows: the functions, the variables in scope, and where calls are noted. */
    record Context(FunctionSet functions, Set<String> denied, List<String> variables, List<Template.Call> calls) {}

    ActionParser(Source source, Lexer.Part.Action action, Context context) {
        this.source = source;
        this.action = action;
        this.context = context;
    }

    TemplateException error(SourceRange range, String message, String detail) {
        return new TemplateException(range, message, detail);
    }

    SourceRange wholeRange() {
        return source.range(action.start(), action.end());
    }

    private SourceRange range(Token token) {
        return source.range(token.start(), token.end());
    }

    private SourceRange from(int start) {
        int end = position > 0 ? action.tokens().get(position - 1).end() : start;
        return source.range(start, Math.max(start, end));
    }

    Token peek() {
        return action.tokens().get(position);
    }

    Token next() {
        return action.tokens().get(position++);
    }

    void skipSpace() {
        while (peek().is(Token.Kind.SPACE)) {
            position++;
        }
    }

    /** The next token that is no blank, taken. */
    Token nextWord() {
        skipSpace();
        return next();
    }

    Token peekWord() {
        skipSpace();
        return peek();
    }

    TemplateException unexpected(Token token, String where) {
        String what = token.is(Token.Kind.END) ? "the end of the action" : "\"" + token.text() + "\"";
        return error(range(token), "unexpected " + what + " in " + where, "");
    }

    void expectEnd(String where) throws TemplateException {
        Token token = nextWord();
        if (!token.is(Token.Kind.END)) {
            throw unexpected(token, where);
        }
    }

    /** A quoted text, as names of templates are. */
    String name(String where) throws TemplateException {
        Token token = nextWord();
        if (!token.is(Token.Kind.STRING) && !token.is(Token.Kind.RAW_STRING)) {
            throw unexpected(token, where);
        }
        return string(token);
    }

    /** A pipeline up to the end of the action; {@code loop} allows two variables. */
    Pipeline pipeline(String where, boolean loop) throws TemplateException {
        return pipeline(where, Token.Kind.END, loop);
    }

    private Pipeline pipeline(String where, Token.Kind end, boolean loop) throws TemplateException {
        if (++depth > DEPTH_MAX) {
            throw error(range(peek()), "the action is nested too deeply", "");
        }
        int start = peekWord().start();
        var variables = new ArrayList<String>();
        boolean declares = declaration(where, loop, variables);
        var commands = new ArrayList<Command>();
        while (true) {
            Token token = peekWord();
            if (token.is(end)) {
                next();
                check(commands, where, start);
                depth--;
                return new Pipeline(from(start), List.copyOf(variables), declares, List.copyOf(commands));
            }
            commands.add(command(where, end));
        }
    }

    private void check(List<Command> commands, String where, int start) throws TemplateException {
        if (commands.isEmpty()) {
            throw error(from(start), "missing value for " + where, "");
        }
        for (Command command : commands.subList(1, commands.size())) {
            var first = command.operands().getFirst();
            if (first instanceof Operand.Literal || first instanceof Operand.NilWord || first instanceof Operand.Dot) {
                throw error(
                        first.range(),
                        "non executable command in pipeline: " + first.range().text(),
                        "After \"|\" there must be a function.");
            }
        }
    }

    /** Reads {@code $x :=}, {@code $x =} or, in a loop, {@code $i, $x :=}; true when it declares. */
    private boolean declaration(String where, boolean loop, List<String> variables) throws TemplateException {
        int before = position;
        while (peekWord().is(Token.Kind.VARIABLE)) {
            Token variable = next();
            Token after = peekWord();
            if (after.is(Token.Kind.DECLARE) || after.is(Token.Kind.ASSIGN)) {
                next();
                variables.add(variable.text());
                return declared(after, variable, variables);
            }
            if (!after.is(Token.Kind.COMMA)) {
                break;
            }
            next();
            variables.add(variable.text());
            if (!loop || variables.size() > 1) {
                throw error(range(variable), "too many declarations in " + where, "");
            }
            if (!peekWord().is(Token.Kind.VARIABLE)) {
                throw error(range(peek()), "range can only initialize variables", "");
            }
        }
        position = before;
        variables.clear();
        return false;
    }

    private boolean declared(Token how, Token last, List<String> variables) throws TemplateException {
        boolean declares = how.is(Token.Kind.DECLARE);
        for (String name : variables) {
            if (!declares && !context.variables().contains(name)) {
                throw error(
                        range(last), "undefined variable \"" + name + "\"", "Declare it with " + name + " := first.");
            }
        }
        // in scope from here on, so that a pipeline may already name it
        if (declares) {
            context.variables().addAll(variables);
        }
        return declares;
    }

    private Command command(String where, Token.Kind end) throws TemplateException {
        int start = peekWord().start();
        var operands = new ArrayList<Operand>();
        while (true) {
            Token token = peekWord();
            if (token.is(end)) {
                break;
            }
            if (token.is(Token.Kind.PIPE)) {
                if (operands.isEmpty()) {
                    throw unexpected(token, where);
                }
                next();
                if (peekWord().is(end)) {
                    throw error(range(token), "missing value for " + where, "After \"|\" there must be a function.");
                }
                break;
            }
            operands.add(operand(where));
            Token after = peek();
            boolean separated = after.is(Token.Kind.SPACE) || after.is(Token.Kind.PIPE) || after.is(end);
            if (!separated) {
                throw unexpected(after, "operand");
            }
        }
        int last = operands.getLast().range().end();
        return new Command(source.range(start, last), List.copyOf(operands));
    }

    private Operand operand(String where) throws TemplateException {
        Token token = next();
        Operand term = term(token, where);
        var fields = new ArrayList<String>();
        while (peek().is(Token.Kind.FIELD)) {
            fields.add(next().text().substring(1));
        }
        if (fields.isEmpty()) {
            return term;
        }
        SourceRange range = from(token.start());
        return switch (term) {
            case Operand.Field field -> {
                fields.addAll(0, field.names());
                yield new Operand.Field(range, List.copyOf(fields));
            }
            case Operand.Variable variable -> new Operand.Variable(range, variable.name(), List.copyOf(fields));
            case Operand.Literal _, Operand.NilWord _, Operand.Dot _ ->
                throw error(range, "unexpected . after term \"" + token.text() + "\"", "");
            case Operand.Function _, Operand.Nested _, Operand.Chain _ ->
                new Operand.Chain(range, term, List.copyOf(fields));
        };
    }

    private Operand term(Token token, String where) throws TemplateException {
        SourceRange range = range(token);
        return switch (token.kind()) {
            case DOT -> new Operand.Dot(range);
            case FIELD -> new Operand.Field(range, List.of(token.text().substring(1)));
            case VARIABLE -> variable(token, range);
            case IDENTIFIER -> word(token, range);
            case NUMBER ->
                new Operand.Literal(range, Numbers.constant(token.text()).orElseThrow());
            case CHARACTER -> character(token, range);
            case STRING, RAW_STRING -> new Operand.Literal(range, Datum.of(string(token)));
            case OPEN -> new Operand.Nested(pipeline("parenthesized pipeline", Token.Kind.CLOSE, false));
            case CLOSE, PIPE, DECLARE, ASSIGN, COMMA, SPACE, END -> throw unexpected(token, where);
        };
    }

    private Operand variable(Token token, SourceRange range) throws TemplateException {
        if (!context.variables().contains(token.text())) {
            throw error(
                    range,
                    "undefined variable \"" + token.text() + "\"",
                    Spelling.suggestion(
                            token.text(),
                            context.variables().stream()
                                    .filter(known -> known.length() > 1)
                                    .toList()));
        }
        return new Operand.Variable(range, token.text(), List.of());
    }

    private Operand word(Token token, SourceRange range) throws TemplateException {
        switch (token.text()) {
            case "true", "false" -> {
                return new Operand.Literal(range, Datum.of(token.text().equals("true")));
            }
            case "nil" -> {
                return new Operand.NilWord(range);
            }
            default -> {
                FunctionSet.Entry entry = context.functions()
                        .find(token.text())
                        .orElseThrow(() -> error(
                                range,
                                "function \"" + token.text() + "\" not defined",
                                Spelling.suggestion(
                                        token.text(), context.functions().names())));
                if (entry.standing() == FunctionSet.Standing.REFUSED) {
                    throw error(range, "function \"" + token.text() + "\" is refused", entry.description());
                }
                if (isDenied(token.text())) {
                    throw error(
                            range,
                            "function \"" + token.text() + "\" is disabled on this node",
                            "The node's configuration lists it in client { template { function_denylist } }.");
                }
                context.calls().add(new Template.Call(token.text(), range, entry.standing()));
                return new Operand.Function(range, token.text());
            }
        }
    }

    private boolean isDenied(String function) {
        return context.denied().stream()
                .anyMatch(pattern -> pattern.endsWith("*")
                        ? function.startsWith(pattern.substring(0, pattern.length() - 1))
                        : function.equals(pattern));
    }

    private Operand character(Token token, SourceRange range) throws TemplateException {
        String inside = token.text().substring(1, token.text().length() - 1);
        String meaning = Quoting.unquote(inside, '\'').orElse("");
        if (meaning.codePointCount(0, meaning.length()) != 1) {
            throw error(range, "malformed character constant: " + token.text(), "");
        }
        return new Operand.Literal(range, Datum.of((long) meaning.codePointAt(0)));
    }

    private String string(Token token) throws TemplateException {
        String inside = token.text().substring(1, token.text().length() - 1);
        if (token.is(Token.Kind.RAW_STRING)) {
            return inside.replace("\r", "");
        }
        return Quoting.unquote(inside, '"')
                .orElseThrow(() -> error(
                        range(token), "invalid syntax in the string " + token.text(), "Write a backslash as \\\\."));
    }
}
