package dev.steppe.jobspec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.codec.RecordShape;
import dev.steppe.model.specification.Answer;
import dev.steppe.model.specification.Block;
import dev.steppe.model.specification.Names;
import dev.steppe.model.specification.Row;
import dev.steppe.model.specification.Specification;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/job-specification.md} says what the table says. {@code -Dspecification.rewrite=true} writes it anew, to be
 * reviewed as a diff.
 */
class SpecificationPageTest {
    private static final Path PAGE = Path.of("../docs/job-specification.md");

    @Test
    void the_page_of_the_job_specification_is_the_table() throws IOException {
        String expected = page();
        if (Boolean.getBoolean("specification.rewrite")) {
            Files.writeString(PAGE, expected);
        }
        assertThat(Files.readString(PAGE)).isEqualTo(expected);
    }

    private static String page() {
        var page = new StringBuilder("""
                # The job specification

                Every block and field a job can have, and what Steppe does with it. This page is written from the table that the
                program itself uses (`model`, package `specification`; `-Dspecification.rewrite=true` on `SpecificationPageTest`).

                - **works**: it has its effect; where values are named, with these.
                - **met**: what it asks for holds anyhow, or it is an old form of another field; a notice says how.
                - **not yet**, **no**: `job validate` warns, `job run` refuses the job and names all such fields at once.

                """);
        for (Block block : Specification.blocks()) {
            page.append("## ").append(block.name()).append("\n\n");
            page.append("| field | type | default | answer | |\n|---|---|---|---|---|\n");
            Map<String, RecordShape.Component> components = components(block.type());
            for (Row row : block.rows()) {
                Optional<RecordShape.Component> component = Optional.ofNullable(components.get(row.field()));
                page.append("| `").append(row.field()).append("` | ");
                page.append(component.map(it -> type(it.type())).orElse("")).append(" | ");
                page.append(component
                                .flatMap(RecordShape.Component::defaultText)
                                .map(text -> "`" + text + "`")
                                .orElse(""))
                        .append(" | ");
                page.append(answer(row.answer())).append(" |\n");
            }
            page.append('\n');
        }
        return page.toString().stripTrailing() + "\n";
    }

    private static Map<String, RecordShape.Component> components(Class<?> type) {
        Map<String, RecordShape.Component> components = new LinkedHashMap<>();
        BlockShape shape = BlockShape.of(type);
        for (RecordShape.Component component : RecordShape.of(type).components()) {
            String single = Names.of(type, component.name());
            for (String word : java.util.List.of(single, Names.singular(single))) {
                if (shape.field(word).isPresent() || Names.isLabel(type, component.name())) {
                    components.putIfAbsent(word, component);
                }
            }
        }
        return components;
    }

    private static String type(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            Type last = arguments[arguments.length - 1];
            if (generic.getRawType() == Optional.class) {
                return type(last);
            }
            boolean list = arguments.length == 1;
            return type(last).equals("block") ? "blocks" : (list ? "list of " : "map of ") + type(last);
        }
        if (type == Duration.class) {
            return "duration";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "bool";
        }
        if (type == int.class || type == Integer.class || type == long.class || type == Double.class) {
            return "number";
        }
        if (type == Object.class) {
            return "anything";
        }
        boolean block = type instanceof Class<?> simple
                && simple.isRecord()
                && !dev.steppe.model.codec.Scalar.class.isAssignableFrom(simple);
        return block ? "block" : "text";
    }

    private static String answer(Answer answer) {
        return switch (answer) {
            case Answer.Works works ->
                "works | "
                        + (works.values().isEmpty() ? "" : "with `" + String.join("`, `", works.values()) + "`")
                        + (works.values().isEmpty() || works.note().isEmpty() ? "" : ": ")
                        + works.note();
            case Answer.Constructed constructed -> "met | " + constructed.how();
            case Answer.Refused refused -> (refused.planned() ? "not yet" : "no") + " | " + refused.advice();
        };
    }
}
