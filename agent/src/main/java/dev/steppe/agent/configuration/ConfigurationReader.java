package dev.steppe.agent.configuration;

import dev.steppe.language.hcl.Body;
import dev.steppe.language.hcl.Expression;
import dev.steppe.language.hcl.Hcl;
import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import dev.steppe.language.value.Value;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Reads configuration files of both dialects, in HCL or (when they end in .json) JSON, and flags, into one configuration.
 * Everything worth saying about all of them is said at once.
 */
public final class ConfigurationReader {
    private final Findings findings = new Findings();
    private final Written nomad = new Written(Dialect.NOMAD, findings);
    private final Written consul = new Written(Dialect.CONSUL, findings);

    private ConfigurationReader() {}

    /** What files and flags say; with a finding that weighs {@code WRONG} it is not to be used. */
    public record Parsed(Configuration configuration, List<Finding> findings, Words words) {
        public Parsed {
            findings = List.copyOf(findings);
        }

        /** What keeps an agent from starting. */
        public List<Diagnostic> obstacles() {
            return findings.stream()
                    .filter(it -> it.weight() != Finding.Weight.NOTICE)
                    .map(Finding::diagnostic)
                    .map(it -> Diagnostic.error(it.range(), it.message(), it.detail()))
                    .toList();
        }

        /** What should be known, one line each. */
        public List<String> notices() {
            return findings.stream()
                    .filter(it -> it.weight() == Finding.Weight.NOTICE)
                    .map(it -> it.diagnostic().summary())
                    .toList();
        }
    }

    /** A flag as it was given. */
    public record Given(Flag flag, String value) {}

    /** Reads all files in their order and puts the flags on top. */
    public static Parsed read(List<Source> sources, List<Given> flags, boolean development) {
        var reader = new ConfigurationReader();
        reader.files(sources);
        var given = new ArrayList<Setting>();
        flags.forEach(flag -> given.addAll(reader.settings(flag)));
        flags.forEach(flag -> flag.flag()
                .instead()
                .forEach(target -> reader.written(target.dialect()).remove(target.path())));
        given.forEach(setting -> reader.written(setting.key().dialect()).add(setting));
        var configuration = new Translation(reader.nomad, reader.consul, reader.findings, development).configuration();
        Fates.report(reader.nomad, reader.findings);
        Fates.report(reader.consul, reader.findings);
        var names = new ArrayList<>(sources.stream().map(Source::name).toList());
        given.forEach(setting -> names.add(setting.place().source().name()));
        return new Parsed(configuration, reader.findings.inOrder(names), Words.of(reader.nomad, reader.consul));
    }

    /** The names of all keys that the translation asked for, by dialect. */
    static Map<Dialect, TreeSet<String>> asked() {
        var reader = new ConfigurationReader();
        new Translation(reader.nomad, reader.consul, reader.findings, false).configuration();
        var asked = new EnumMap<Dialect, TreeSet<String>>(Dialect.class);
        asked.put(Dialect.NOMAD, new TreeSet<>(reader.nomad.asked()));
        asked.put(Dialect.CONSUL, new TreeSet<>(reader.consul.asked()));
        return asked;
    }

    private Written written(Dialect dialect) {
        return dialect == Dialect.NOMAD ? nomad : consul;
    }

    private void files(List<Source> sources) {
        var bodies = new LinkedHashMap<Source, Body>();
        for (Source source : sources) {
            bodies.put(source, body(source));
        }
        var dialects = dialects(bodies);
        bodies.forEach((source, body) -> {
            var dialect = Objects.requireNonNull(dialects.get(source));
            written(dialect).merge(Walk.through(body, dialect, findings));
        });
    }

    /** A file whose words are in both dialects is taken as the others of its directory are, else as Nomad's. */
    private Map<Source, Dialect> dialects(Map<Source, Body> bodies) {
        var certain = new LinkedHashMap<Source, Dialect>();
        bodies.forEach(
                (source, body) -> DialectGuess.of(body, findings).ifPresent(dialect -> certain.put(source, dialect)));
        var all = new LinkedHashMap<Source, Dialect>();
        for (Source source : bodies.keySet()) {
            var beside = certain.entrySet().stream()
                    .filter(other -> Objects.equals(directory(other.getKey()), directory(source)))
                    .map(Map.Entry::getValue)
                    .distinct()
                    .toList();
            var otherwise = beside.size() == 1 ? beside.getFirst() : Dialect.NOMAD;
            all.put(source, certain.getOrDefault(source, otherwise));
        }
        return all;
    }

    private static Optional<Path> directory(Source source) {
        return Optional.ofNullable(Path.of(source.name()).getParent());
    }

    private Body body(Source source) {
        if (!source.name().endsWith(".json")) {
            var parsed = Hcl.parseWithQuotedNames(source);
            findings.addAll(parsed.diagnostics());
            return parsed.body();
        }
        try {
            var expression = Hcl.parseExpression(source);
            if (expression instanceof Expression.ObjectOf object) {
                return findings.body(object);
            }
            findings.wrong(expression.range(), "A configuration in JSON is an object", "Write { ... }.");
        } catch (DiagnosticException refused) {
            findings.addAll(refused.diagnostics());
        }
        return new Body(List.of(), source.range(0, 0));
    }

    private List<Setting> settings(Given given) {
        var flag = given.flag();
        String text = "-" + flag.name() + (flag.takes() == Flag.Takes.NOTHING ? "" : "=" + given.value());
        var source = new Source("the command line", text);
        var place = source.range(0, text.length());
        var settings = new ArrayList<Setting>();
        for (Flag.Target target : flag.paths()) {
            var key = key(target);
            if (key.kind() == Kind.SECRET) {
                findings.secret(source.range(flag.name().length() + 2, text.length()));
            }
            var value = value(flag, given.value());
            try {
                key.kind().check(value);
                settings.add(new Setting(key, target.path(), value, place));
            } catch (RefusedValueException refused) {
                findings.wrong(place, "\"-" + flag.name() + "\" " + refused.getMessage(), "");
            }
        }
        return settings;
    }

    private static Key key(Flag.Target target) {
        return KeyTable.of(target.dialect()).keys().stream()
                .filter(key -> key.path().equals(target.path()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no such key: " + target));
    }

    private static Value value(Flag flag, String text) {
        return switch (flag.takes()) {
            case NOTHING -> Value.of(!text.equals("false"));
            case VALUE -> Value.of(text);
            case ELEMENT -> new Value.Sequence(List.of(Value.of(text)));
            case ENTRY -> {
                String[] parts = text.split("[=:]", 2);
                yield new Value.Mapping(Map.of(parts[0], Value.of(parts[1])));
            }
        };
    }

    /** True where the file is on this machine. */
    static boolean exists(String file) {
        try {
            return Files.isReadable(Path.of(file));
        } catch (java.nio.file.InvalidPathException none) {
            return false;
        }
    }
}
