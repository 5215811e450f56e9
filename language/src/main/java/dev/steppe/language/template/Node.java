package dev.steppe.language.template;

import dev.steppe.language.source.SourceRange;
import java.util.List;
import java.util.Optional;

/** One piece of a parsed template. */
sealed interface Node {
    record Text(SourceRange range, String text) implements Node {}

    record Output(Pipeline pipeline) implements Node {}

    record If(Pipeline condition, List<Node> then, List<Node> otherwise) implements Node {}

    record With(Pipeline value, List<Node> then, List<Node> otherwise) implements Node {}

    record Range(Pipeline value, List<Node> each, List<Node> otherwise) implements Node {}

    record Include(SourceRange range, String name, Optional<Pipeline> dot) implements Node {}

    record Break() implements Node {}

    record Continue() implements Node {}

    /** Commands, each given the result of the one before; the last result goes to the variables, if there are any. */
    record Pipeline(SourceRange range, List<String> variables, boolean declares, List<Command> commands) {}

    /** What to call or name, and its arguments. */
    record Command(SourceRange range, List<Operand> operands) {}

    /** One word of a command. */
    sealed interface Operand {
        SourceRange range();

        record Literal(SourceRange range, Datum value) implements Operand {}

        record NilWord(SourceRange range) implements Operand {}

        record Dot(SourceRange range) implements Operand {}

        /** Fields of the dot. */
        record Field(SourceRange range, List<String> names) implements Operand {}

        record Variable(SourceRange range, String name, List<String> fields) implements Operand {}

        record Function(SourceRange range, String name) implements Operand {}

        record Nested(Pipeline pipeline) implements Operand {
            @Override
            public SourceRange range() {
                return pipeline.range();
            }
        }

        /** Fields of what an operand gives. */
        record Chain(SourceRange range, Operand of, List<String> fields) implements Operand {}
    }
}
