package dev.steppe.client.template;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Environment variables from lines {@code NAME=value}: comments, {@code export}, and quotes; between double quotes
 * {@code \n} and the like have their meaning, and both kinds of quotes may span lines.
 */
final class DotEnv {
    private final String text;
    private final TreeMap<String, String> variables = new TreeMap<>();
    private int position;
    private int line = 1;

    private DotEnv(String text) {
        this.text = text.replace("\r\n", "\n");
    }

    /** A line is no assignment. The message names it, never its value. */
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedException(int line, String message) {
            super("line " + line + ": " + message);
        }
    }

    static SortedMap<String, String> read(String text) throws MalformedException {
        var reader = new DotEnv(text);
        reader.read();
        return Collections.unmodifiableSortedMap(reader.variables);
    }

    private void read() throws MalformedException {
        while (true) {
            skip(" \t\n");
            if (position >= text.length()) {
                return;
            }
            if (text.charAt(position) == '#') {
                restOfLine();
                continue;
            }
            assignment();
        }
    }

    private void skip(String characters) {
        while (position < text.length() && characters.indexOf(text.charAt(position)) >= 0) {
            line += text.charAt(position) == '\n' ? 1 : 0;
            position++;
        }
    }

    private String restOfLine() {
        int end = text.indexOf('\n', position);
        end = end < 0 ? text.length() : end;
        String rest = text.substring(position, end);
        position = end;
        return rest;
    }

    private void assignment() throws MalformedException {
        int end = text.indexOf('\n', position);
        int equals = text.indexOf('=', position);
        if (equals < 0 || end >= 0 && equals > end) {
            throw new MalformedException(line, "it is no assignment; write NAME=value");
        }
        String name = text.substring(position, equals).strip();
        if (name.startsWith("export ")) {
            name = name.substring("export ".length()).strip();
        }
        if (name.isEmpty() || name.chars().anyMatch(Character::isWhitespace)) {
            throw new MalformedException(line, "the name before \"=\" is empty or has blanks");
        }
        position = equals + 1;
        skip(" \t");
        char first = position < text.length() ? text.charAt(position) : '\n';
        String value = first == '"' || first == '\'' ? quoted(name, first) : plain();
        if (value.indexOf('\0') >= 0) {
            throw new MalformedException(line, "the value of " + name + " has a zero byte");
        }
        variables.put(name, value);
    }

    /** What is not quoted ends with the line or with a comment after a blank. */
    private String plain() {
        String rest = restOfLine();
        int comment = rest.startsWith("#") ? 0 : rest.indexOf(" #");
        return (comment < 0 ? rest : rest.substring(0, comment)).strip();
    }

    private String quoted(String name, char quote) throws MalformedException {
        int start = line;
        var value = new StringBuilder();
        position++;
        while (position < text.length() && text.charAt(position) != quote) {
            char c = text.charAt(position++);
            line += c == '\n' ? 1 : 0;
            if (c == '\\' && quote == '"' && position < text.length()) {
                char escaped = text.charAt(position++);
                int meaning = "nrt".indexOf(escaped);
                line += escaped == '\n' ? 1 : 0;
                value.append(meaning >= 0 ? "\n\r\t".charAt(meaning) : escaped);
            } else {
                value.append(c);
            }
        }
        if (position >= text.length()) {
            throw new MalformedException(start, "the value of " + name + " has no closing quote");
        }
        position++;
        String rest = restOfLine().strip();
        if (!rest.isEmpty() && !rest.startsWith("#")) {
            throw new MalformedException(line, "after the closing quote of " + name + " there is more");
        }
        return value.toString();
    }
}
