package dev.steppe.language.hcl;

import java.util.List;

/** Takes the indentation that all lines of a {@code <<-} heredoc share away. Empty lines do not count and stay. */
final class Indentation {
    private Indentation() {}

    static void remove(List<TemplatePart> parts) {
        int least = Integer.MAX_VALUE;
        boolean lineStart = true;
        for (TemplatePart part : parts) {
            if (lineStart && !isBlankLine(part)) {
                least = Math.min(least, part instanceof TemplatePart.Literal literal ? blanks(literal.text()) : 0);
            }
            lineStart = endsLine(part);
        }
        lineStart = true;
        for (int i = 0; i < parts.size(); i++) {
            TemplatePart part = parts.get(i);
            if (lineStart && part instanceof TemplatePart.Literal literal && !isBlankLine(part)) {
                parts.set(i, new TemplatePart.Literal(literal.text().substring(least), literal.range()));
            }
            lineStart = endsLine(part);
        }
    }

    private static boolean isBlankLine(TemplatePart part) {
        return part instanceof TemplatePart.Literal literal
                && literal.text().isBlank()
                && literal.text().endsWith("\n");
    }

    private static boolean endsLine(TemplatePart part) {
        return part instanceof TemplatePart.Literal literal && literal.text().endsWith("\n");
    }

    private static int blanks(String text) {
        int count = 0;
        while (count < text.length() && Character.isWhitespace(text.charAt(count))) {
            count++;
        }
        return count;
    }
}
