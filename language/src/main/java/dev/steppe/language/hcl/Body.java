package dev.steppe.language.hcl;

import dev.steppe.language.source.SourceRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The inside of a file or block: attributes (no name twice) and blocks in the order they were written. */
public record Body(List<Item> items, SourceRange range) {

    public Body {
        items = List.copyOf(items);
    }

    /** One thing in a body. */
    public sealed interface Item {
        SourceRange range();
    }

    /** {@code name = expression}. */
    public record Attribute(String name, Expression expression, SourceRange nameRange) implements Item {
        @Override
        public SourceRange range() {
            return nameRange.to(expression.range());
        }
    }

    /** {@code type "label" { body }}. */
    public record Block(String type, List<Label> labels, Body body, SourceRange typeRange) implements Item {
        public Block {
            labels = List.copyOf(labels);
        }

        /** The type and the labels, which stand for the block in messages. */
        @Override
        public SourceRange range() {
            return labels.isEmpty() ? typeRange : typeRange.to(labels.getLast().range());
        }
    }

    /** A label of a block, unquoted. */
    public record Label(String text, SourceRange range) {}

    public List<Attribute> attributes() {
        List<Attribute> attributes = new ArrayList<>();
        for (Item item : items) {
            if (item instanceof Attribute attribute) {
                attributes.add(attribute);
            }
        }
        return attributes;
    }

    public List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        for (Item item : items) {
            if (item instanceof Block block) {
                blocks.add(block);
            }
        }
        return blocks;
    }

    public Optional<Attribute> attribute(String name) {
        return attributes().stream()
                .filter(attribute -> attribute.name().equals(name))
                .findFirst();
    }

    public List<Block> blocks(String type) {
        return blocks().stream().filter(block -> block.type().equals(type)).toList();
    }
}
