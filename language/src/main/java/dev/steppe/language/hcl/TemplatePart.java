package dev.steppe.language.hcl;

import dev.steppe.language.source.SourceRange;

/** A piece of a template before it becomes a tree. In heredocs a literal never goes beyond one line. */
sealed interface TemplatePart {
    SourceRange range();

    /** The closing and dividing directives; {@code END} stands for the end of the template. */
    enum Keyword {
        ELSE("else"),
        END_IF("endif"),
        END_FOR("endfor"),
        END("");

        final String word;

        Keyword(String word) {
            this.word = word;
        }
    }

    /** Plain text. */
    record Literal(String text, SourceRange range) implements TemplatePart {}

    /** {@code ${expression}}. */
    record Interpolation(Expression expression, SourceRange range) implements TemplatePart {}

    /** {@code %{if condition}}. */
    record If(Expression condition, SourceRange range) implements TemplatePart {}

    /** {@code %{for x in y}}. */
    record For(Expression.Iteration iteration, SourceRange range) implements TemplatePart {}

    /** {@code %{else}}, {@code %{endif}} or {@code %{endfor}}. */
    record Mark(Keyword keyword, SourceRange range) implements TemplatePart {}
}
