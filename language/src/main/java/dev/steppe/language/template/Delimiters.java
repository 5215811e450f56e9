package dev.steppe.language.template;

/** What opens and closes an action. */
public record Delimiters(String left, String right) {
    public static final Delimiters STANDARD = new Delimiters("{{", "}}");

    public Delimiters {
        left = left.isEmpty() ? "{{" : left;
        right = right.isEmpty() ? "}}" : right;
    }
}
