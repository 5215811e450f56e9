package dev.steppe.language.template;

import dev.steppe.language.source.Source;
import dev.steppe.language.source.SourceRange;
import dev.steppe.language.template.Node.Pipeline;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Reads a whole template: texts, blocks and the templates it defines. */
final class Parser {
    private static final int DEPTH_MAX = 100;

    private final Source source;
    private final List<Lexer.Part> parts;
    private final FunctionSet functions;
    private final Set<String> denied;
    private final Map<String, List<Node>> defined = new TreeMap<>();
    private final List<Template.Call> calls = new ArrayList<>();
    private List<String> variables = new ArrayList<>(List.of("$"));
    private int position;
    private int depth;
    private int loops;

    /** What ended a list of nodes; {@code none} at the end of the text. */
    private enum Stop {
        NONE,
        END,
        ELSE
    }

    Parser(Source source, Delimiters delimiters, FunctionSet functions, Set<String> denied) throws TemplateException {
        this.source = source;
        this.functions = functions;
        this.denied = denied;
        this.parts = new Lexer(source, delimiters).parts();
    }

    Template parse() throws TemplateException {
        var nodes = new ArrayList<Node>();
        if (nodes(nodes) != Stop.NONE) {
            throw here("unexpected {{end}} or {{else}}", "No block is open here.");
        }
        return new Template(source, List.copyOf(nodes), defined, List.copyOf(calls));
    }

    private TemplateException here(String message, String detail) {
        var action = (Lexer.Part.Action) parts.get(position - 1);
        return new TemplateException(source.range(action.start(), action.end()), message, detail);
    }

    private ActionParser parser(Lexer.Part.Action action) {
        return new ActionParser(source, action, new ActionParser.Context(functions, denied, variables, calls));
    }

    private Optional<ActionParser> opened = Optional.empty();

    private Stop nodes(List<Node> into) throws TemplateException {
        while (position < parts.size()) {
            switch (parts.get(position++)) {
                case Lexer.Part.Plain(String text, int start) ->
                    into.add(new Node.Text(source.range(start, start), text));
                case Lexer.Part.Action action -> {
                    var parser = parser(action);
                    Token first = parser.peekWord();
                    if (first.isWord("end")) {
                        parser.next();
                        parser.expectEnd("end");
                        return Stop.END;
                    }
                    if (first.isWord("else")) {
                        parser.next();
                        opened = Optional.of(parser);
                        return Stop.ELSE;
                    }
                    action(parser, first).ifPresent(into::add);
                }
            }
        }
        return Stop.NONE;
    }

    private Optional<Node> action(ActionParser parser, Token first) throws TemplateException {
        if (!first.is(Token.Kind.IDENTIFIER)) {
            return Optional.of(new Node.Output(parser.pipeline("command", false)));
        }
        switch (first.text()) {
            case "if", "with", "range" -> {
                parser.next();
                return Optional.of(block(first.text(), parser));
            }
            case "define" -> {
                parser.next();
                define(parser);
                return Optional.empty();
            }
            case "block" -> {
                parser.next();
                return Optional.of(definedBlock(parser));
            }
            case "template" -> {
                parser.next();
                String name = parser.name("template clause");
                Optional<Pipeline> dot = parser.peekWord().is(Token.Kind.END)
                        ? Optional.empty()
                        : Optional.of(parser.pipeline("template clause", false));
                return Optional.of(new Node.Include(parser.wholeRange(), name, dot));
            }
            case "break", "continue" -> {
                parser.next();
                parser.expectEnd(first.text());
                if (loops == 0) {
                    throw here("{{" + first.text() + "}} outside {{range}}", "");
                }
                return Optional.of(first.text().equals("break") ? new Node.Break() : new Node.Continue());
            }
            default -> {
                return Optional.of(new Node.Output(parser.pipeline("command", false)));
            }
        }
    }

    private Node block(String kind, ActionParser parser) throws TemplateException {
        if (++depth > DEPTH_MAX) {
            throw here("blocks are nested too deeply", "");
        }
        int scope = variables.size();
        SourceRange opening = parser.wholeRange();
        Pipeline pipeline = parser.pipeline(kind, kind.equals("range"));
        var then = new ArrayList<Node>();
        loops += kind.equals("range") ? 1 : 0;
        Stop stop = nodes(then);
        loops -= kind.equals("range") ? 1 : 0;
        var otherwise = new ArrayList<Node>();
        if (stop == Stop.ELSE) {
            var after = opened.orElseThrow();
            Token word = after.peekWord();
            if (word.is(Token.Kind.END)) {
                stop = nodes(otherwise);
                if (stop == Stop.ELSE) {
                    throw here("expected end; found {{else}}", "A block has one {{else}}.");
                }
            } else if (word.isWord(kind) && !kind.equals("range")) {
                after.next();
                otherwise.add(block(kind, after));
                stop = Stop.END;
            } else {
                throw after.unexpected(word, "else");
            }
        }
        if (stop == Stop.NONE) {
            throw new TemplateException(
                    opening,
                    "unexpected end of the template: {{" + kind + "}} is not closed",
                    "Close it with {{end}}.");
        }
        variables.subList(scope, variables.size()).clear();
        depth--;
        return switch (kind) {
            case "if" -> new Node.If(pipeline, List.copyOf(then), List.copyOf(otherwise));
            case "with" -> new Node.With(pipeline, List.copyOf(then), List.copyOf(otherwise));
            default -> new Node.Range(pipeline, List.copyOf(then), List.copyOf(otherwise));
        };
    }

    private void define(ActionParser parser) throws TemplateException {
        SourceRange opening = parser.wholeRange();
        String name = parser.name("define clause");
        parser.expectEnd("define clause");
        if (depth > 0) {
            throw new TemplateException(opening, "unexpected {{define}}", "Define templates outside of blocks.");
        }
        body(name, opening);
    }

    private Node definedBlock(ActionParser parser) throws TemplateException {
        SourceRange opening = parser.wholeRange();
        String name = parser.name("block clause");
        Pipeline dot = parser.pipeline("block clause", false);
        body(name, opening);
        return new Node.Include(opening, name, Optional.of(dot));
    }

    /** The body of a template of its own: it sees no variable from outside. */
    private void body(String name, SourceRange opening) throws TemplateException {
        var outerVariables = variables;
        int outerLoops = loops;
        variables = new ArrayList<>(List.of("$"));
        loops = 0;
        depth++;
        var nodes = new ArrayList<Node>();
        Stop stop = nodes(nodes);
        depth--;
        variables = outerVariables;
        loops = outerLoops;
        if (stop != Stop.END) {
            throw new TemplateException(
                    opening, "the definition of \"" + name + "\" is not closed", "Close it with {{end}}.");
        }
        defined.put(name, List.copyOf(nodes));
    }
}
