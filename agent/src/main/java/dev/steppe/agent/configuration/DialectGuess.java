package dev.steppe.agent.configuration;

import dev.steppe.language.hcl.Body;
import dev.steppe.language.hcl.Expression;
import dev.steppe.language.source.SourceRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tells by its words which dialect a file is in: those that only one of the two knows. For one file and one thread. */
final class DialectGuess {
    private final Findings findings;
    private Optional<Word> nomad = Optional.empty();
    private Optional<Word> consul = Optional.empty();
    private final List<SourceRange> ofConsul = new ArrayList<>();

    private record Word(String path, SourceRange range) {}

    private DialectGuess(Findings findings) {
        this.findings = findings;
    }

    /** The file's dialect; empty when all its words are in both. One that mixes them, which is reported, is Nomad's. */
    static Optional<Dialect> of(Body body, Findings findings) {
        var guess = new DialectGuess(findings);
        guess.look("", body);
        if (guess.nomad.isPresent() && guess.consul.isPresent()) {
            var one = guess.nomad.get();
            var other = guess.consul.get();
            findings.wrong(
                    other.range(),
                    "One file speaks one dialect: \"" + other.path() + "\" is a word of Consul's agent, and \""
                            + one.path() + "\" in line " + one.range().line() + " one of Nomad's",
                    "Put the words of each into a file of its own; an agent reads several.");
            findings.foreign(guess.ofConsul);
        }
        return guess.nomad.isPresent() ? Optional.of(Dialect.NOMAD) : guess.consul.map(word -> Dialect.CONSUL);
    }

    private void look(String section, Body body) {
        for (Body.Item item : body.items()) {
            switch (item) {
                case Body.Attribute attribute
                when attribute.expression() instanceof Expression.ObjectOf object ->
                    inner(section, attribute.name(), attribute.nameRange(), findings.body(object));
                case Body.Attribute attribute
                when attribute.expression() instanceof Expression.ListOf list
                        && !list.elements().isEmpty()
                        && list.elements().getFirst() instanceof Expression.ObjectOf object ->
                    inner(section, attribute.name(), attribute.nameRange(), findings.body(object));
                case Body.Attribute attribute -> value(section, attribute.name(), attribute.nameRange());
                case Body.Block block
                when block.labels().isEmpty() -> inner(section, block.type(), block.typeRange(), block.body());
                case Body.Block block ->
                    inner(section, block.type(), block.typeRange(), new Body(List.of(), block.range()));
            }
        }
    }

    private void value(String section, String name, SourceRange range) {
        vote(
                section,
                name,
                range,
                KeyTable.of(Dialect.NOMAD).key(section, name).isPresent(),
                KeyTable.of(Dialect.CONSUL).key(section, name).isPresent());
    }

    private void inner(String section, String name, SourceRange range, Body body) {
        String path = section.isEmpty() ? name : section + "." + name;
        boolean inNomad = isBlock(Dialect.NOMAD, section, name, path);
        boolean inConsul = isBlock(Dialect.CONSUL, section, name, path);
        if (inNomad && inConsul) {
            look(path, body);
        } else {
            vote(section, name, range, inNomad, inConsul);
        }
    }

    private static boolean isBlock(Dialect dialect, String section, String name, String path) {
        var table = KeyTable.of(dialect);
        return table.isSection(path)
                || table.key(section, name)
                        .filter(key -> key.kind() == Kind.MAP || key.kind() == Kind.ANY)
                        .isPresent();
    }

    private void vote(String section, String name, SourceRange range, boolean inNomad, boolean inConsul) {
        var word = Optional.of(new Word(section.isEmpty() ? name : section + "." + name, range));
        if (inNomad && !inConsul) {
            nomad = nomad.or(() -> word);
        } else if (inConsul && !inNomad) {
            consul = consul.or(() -> word);
            ofConsul.add(range);
        }
    }
}
