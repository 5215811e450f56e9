package dev.steppe.agent.configuration;

import dev.steppe.language.hcl.Body;
import dev.steppe.language.hcl.Expression;
import dev.steppe.language.source.SourceRange;
import dev.steppe.language.source.Spelling;
import dev.steppe.language.value.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One kind of block in all files together, the later one winning. What was asked for is known; {@link #close} then reports
 * everything else that stands there, so no key can be read and yet be unknown, nor be known and not read. For one thread.
 */
final class Section {
    private static final String NOT_YET = "is not supported yet";

    private final String path;
    private final List<Body> bodies;
    private final Findings findings;
    private final TreeSet<String> attributes = new TreeSet<>();
    private final TreeSet<String> blocks = new TreeSet<>();

    /** The path is empty for the top of the files, else ends in a dot. */
    Section(String path, List<Body> bodies, Findings findings) {
        this.path = path;
        this.bodies = List.copyOf(bodies);
        this.findings = findings;
    }

    /** The value of the last attribute of this name. Those before it must fit, too. */
    <T> Optional<T> value(String name, Reading<T> reading) {
        attributes.add(name);
        findings.known(path + name);
        Optional<T> last = Optional.empty();
        for (Body body : bodies) {
            for (Body.Item item : body.items()) {
                if (item instanceof Body.Attribute attribute && attribute.name().equals(name)) {
                    var found = read(attribute, reading);
                    last = found.isPresent() ? found : last;
                }
            }
        }
        return last;
    }

    /** A setting that is there for people's files and can say only what is the case. */
    void fixed(String name, boolean truth, String reason) {
        check(name, value -> {
            if (Reading.flag(value) != truth) {
                throw new RefusedValueException("= " + !truth + " " + NOT_YET + ": " + reason);
            }
            return truth;
        });
    }

    /** A setting that can have one value only, which the reading insists on. */
    void check(String name, Reading<?> reading) {
        if (value(name, reading).isPresent()) {
            findings.known(path + name);
        }
    }

    private <T> Optional<T> read(Body.Attribute attribute, Reading<T> reading) {
        Optional<Value> value = findings.evaluate(attribute.expression());
        if (value.isEmpty() || value.get() instanceof Value.Null) {
            return Optional.empty();
        }
        try {
            return Optional.of(reading.read(value.get()));
        } catch (RefusedValueException refused) {
            findings.error(attribute.expression().range(), "\"" + attribute.name() + "\" " + refused.getMessage(), "");
            return Optional.empty();
        }
    }

    /** The blocks of this type without label; without any, a section in which nothing stands. */
    Section block(String type) {
        blocks.add(type);
        var found = new ArrayList<Body>();
        for (Body body : bodies) {
            for (Body.Item item : body.items()) {
                switch (item) {
                    case Body.Block block when block.type().equals(type) -> found.add(withoutLabels(block));
                    case Body.Attribute attribute
                    when attribute.name().equals(type) -> found.addAll(inside(type, attribute.expression()));
                    case Body.Block _, Body.Attribute _ -> {}
                }
            }
        }
        return new Section(path + type + ".", found, findings);
    }

    /** The blocks of this type by their label. */
    Map<String, Section> labelled(String type, List<String> labels) {
        blocks.add(type);
        var found = new LinkedHashMap<String, List<Body>>();
        labels.forEach(label -> found.put(label, new ArrayList<>()));
        for (Body body : bodies) {
            for (Body.Item item : body.items()) {
                switch (item) {
                    case Body.Block block
                    when block.type().equals(type) -> {
                        if (block.labels().size() == 1) {
                            var label = block.labels().getFirst();
                            add(found, type, label.text(), label.range(), List.of(block.body()));
                        } else {
                            findings.error(
                                    block.range(),
                                    "The block \"" + type + "\" has one label, as in " + type + " \"raw_exec\" {",
                                    "");
                        }
                    }
                    case Body.Attribute attribute
                    when attribute.name().equals(type) -> {
                        for (Body inner : inside(type, attribute.expression())) {
                            for (Body.Attribute entry : inner.attributes()) {
                                add(
                                        found,
                                        type,
                                        entry.name(),
                                        entry.nameRange(),
                                        inside(entry.name(), entry.expression()));
                            }
                        }
                    }
                    case Body.Block _, Body.Attribute _ -> {}
                }
            }
        }
        var sections = new LinkedHashMap<String, Section>();
        found.forEach((label, inner) ->
                sections.put(label, new Section(path + type + " \"" + label + "\".", inner, findings)));
        return Collections.unmodifiableMap(sections);
    }

    private void add(Map<String, List<Body>> found, String type, String label, SourceRange range, List<Body> more) {
        var known = found.get(label);
        if (known != null) {
            known.addAll(more);
            return;
        }
        String suggestion = Spelling.suggestion(label, found.keySet());
        findings.error(
                range,
                "The " + type + " \"" + label + "\" " + NOT_YET,
                (suggestion.isEmpty() ? "" : suggestion + " ") + "There are: " + String.join(", ", found.keySet())
                        + ".");
    }

    /** Free keys with texts, from a block or an object. */
    SortedMap<String, String> texts(String type) {
        findings.known(path + type);
        var texts = new TreeMap<String, String>();
        for (Body body : block(type).bodies) {
            for (Body.Item item : body.items()) {
                switch (item) {
                    case Body.Attribute attribute ->
                        read(attribute, Reading::text).ifPresent(text -> texts.put(attribute.name(), text));
                    case Body.Block block ->
                        findings.error(
                                block.range(),
                                "\"" + block.type() + "\" in \"" + type + "\" must be a text, not a block",
                                "Write " + block.type() + " = \"...\".");
                }
            }
        }
        return texts;
    }

    /** Reports what nobody asked for; the given names are those that another agent knows and this one not yet. */
    void close(String later) {
        var notYet = new TreeSet<>(Arrays.asList(later.strip().split("\\s+")));
        if (notYet.stream().anyMatch(name -> attributes.contains(name) || blocks.contains(name))) {
            throw new IllegalStateException("a key of \"" + path + "\" both works and is refused: " + notYet);
        }
        for (Body body : bodies) {
            for (Body.Item item : body.items()) {
                switch (item) {
                    case Body.Attribute attribute -> check(attribute, notYet);
                    case Body.Block block -> check(block, notYet);
                }
            }
        }
    }

    private void check(Body.Attribute attribute, TreeSet<String> notYet) {
        if (!attributes.contains(attribute.name()) && !blocks.contains(attribute.name())) {
            unknown("key", attribute.name(), attribute.nameRange(), notYet);
        }
    }

    private void check(Body.Block block, TreeSet<String> notYet) {
        if (attributes.contains(block.type())) {
            findings.error(
                    block.range(),
                    "\"" + path + block.type() + "\" is a value, not a block",
                    "Write " + block.type() + " = ...");
        } else if (!blocks.contains(block.type())) {
            unknown("block", block.type(), block.range(), notYet);
        }
    }

    private void unknown(String what, String name, SourceRange range, TreeSet<String> notYet) {
        if (notYet.contains(name)) {
            findings.error(
                    range,
                    "\"" + path + name + "\" " + NOT_YET,
                    "Remove it; docs/configuration.md has all that works.");
            return;
        }
        var candidates = new ArrayList<>(attributes);
        candidates.addAll(blocks);
        candidates.addAll(notYet);
        String where = path.isEmpty() ? "" : " in " + path.substring(0, path.length() - 1);
        findings.error(range, "Unknown " + what + " \"" + name + "\"" + where, Spelling.suggestion(name, candidates));
    }

    private Body withoutLabels(Body.Block block) {
        if (!block.labels().isEmpty()) {
            findings.error(block.labels().getFirst().range(), "The block \"" + block.type() + "\" has no label", "");
        }
        return block.body();
    }

    /** The bodies that an object, or a list of objects, stands for: JSON has no blocks. */
    private List<Body> inside(String name, Expression expression) {
        return switch (expression) {
            case Expression.ObjectOf object -> List.of(findings.body(object));
            case Expression.ListOf list ->
                list.elements().stream()
                        .flatMap(element -> inside(name, element).stream())
                        .toList();
            default -> {
                findings.error(expression.range(), "\"" + name + "\" is a block", "Write " + name + " { ... }.");
                yield List.of();
            }
        };
    }
}
