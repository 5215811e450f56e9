package dev.steppe.language.function;

import java.util.ArrayList;
import java.util.List;

/** Cuts comma-separated text into rows of fields; fields in quotes may hold commas, line ends and doubled quotes. */
final class CsvReader {
    private final String text;
    private int position;

    CsvReader(String text) {
        this.text = text;
    }

    /** All rows but empty lines. */
    List<List<String>> rows() throws FunctionException {
        List<List<String>> rows = new ArrayList<>();
        while (position < text.length()) {
            if (atLineEnd()) {
                position++;
                continue;
            }
            rows.add(row());
        }
        return rows;
    }

    private boolean atLineEnd() {
        return text.charAt(position) == '\n' || text.startsWith("\r\n", position);
    }

    private List<String> row() throws FunctionException {
        List<String> fields = new ArrayList<>();
        while (true) {
            fields.add(position < text.length() && text.charAt(position) == '"' ? quoted() : plain());
            if (position >= text.length() || text.charAt(position) != ',') {
                return fields;
            }
            position++;
        }
    }

    private String plain() {
        int start = position;
        while (position < text.length() && text.charAt(position) != ',' && !atLineEnd()) {
            position++;
        }
        return text.substring(start, position);
    }

    private String quoted() throws FunctionException {
        StringBuilder field = new StringBuilder();
        position++;
        while (position < text.length()) {
            char c = text.charAt(position++);
            if (c != '"') {
                field.append(c);
            } else if (position < text.length() && text.charAt(position) == '"') {
                field.append('"');
                position++;
            } else if (position == text.length() || text.charAt(position) == ',' || atLineEnd()) {
                return field.toString();
            } else {
                throw new FunctionException("text follows a closing quote");
            }
        }
        throw new FunctionException("a quoted field does not end");
    }
}
