package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedCollection;
import java.util.SequencedMap;

/** The functions of templates by name, with how each is called and what it gives. Immutable. */
public final class FunctionSet {
    private static final FunctionSet STANDARD = new FunctionSet(standardEntries());

    private final SequencedMap<String, Entry> entries;

    private FunctionSet(SequencedMap<String, Entry> entries) {
        this.entries = entries;
    }

    /** Whether a function works. */
    public enum Standing {
        WORKS,
        /** Known, to be had later: a template that names it is read, but not rendered. */
        LATER,
        /** Known, and never to be had: the description says why and what to do. */
        REFUSED
    }

    /** What a function does with arguments that were counted. */
    @FunctionalInterface
    interface Action {
        Datum call(Arguments arguments) throws FunctionException;
    }

    /**
     * One function. {@code usage} names its arguments: {@code [X]} may be left out, {@code X...} may come any number of
     * times.
     */
    public record Entry(String group, String name, String usage, Standing standing, String description, Action action) {
        int least() {
            return (int) words().filter(word -> !word.startsWith("[") && !word.endsWith("..."))
                    .count();
        }

        int most() {
            return usage.contains("...") ? Integer.MAX_VALUE : (int) words().count();
        }

        private java.util.stream.Stream<String> words() {
            return usage.isEmpty() ? java.util.stream.Stream.empty() : java.util.Arrays.stream(usage.split(" ", -1));
        }
    }

    /** Collects the functions of one group. */
    static final class Group {
        private final String name;
        private final SequencedMap<String, Entry> into;

        Group(String name, SequencedMap<String, Entry> into) {
            this.name = name;
            this.into = into;
        }

        Group add(String function, String usage, String description, Action action) {
            put(new Entry(name, function, usage, Standing.WORKS, description, action));
            return this;
        }

        /** One more name of a function that is there already. */
        void same(String function, String known) {
            Entry entry = Optional.ofNullable(into.get(known))
                    .orElseThrow(() -> new IllegalStateException("function " + known + " is not defined"));
            add(function, entry.usage(), "the same as " + known, entry.action());
        }

        void later(String function, String reason) {
            refuse(function, Standing.LATER, reason);
        }

        void refused(String function, String reason) {
            refuse(function, Standing.REFUSED, reason);
        }

        private void refuse(String function, Standing standing, String reason) {
            put(new Entry(name, function, "ARGUMENT...", standing, reason, arguments -> {
                throw new FunctionException(reason);
            }));
        }

        private void put(Entry entry) {
            if (into.put(entry.name(), entry) != null) {
                throw new IllegalStateException("function " + entry.name() + " is defined twice");
            }
        }
    }

    private static SequencedMap<String, Entry> standardEntries() {
        var entries = new LinkedHashMap<String, Entry>();
        LanguageFunctions.define(new Group("Go's own", entries));
        ClusterFunctions.define(new Group("Data of the cluster", entries));
        ServiceFunctions.define(new Group("Lists of services and keys", entries));
        TaskFunctions.define(new Group("The task and the time", entries));
        TextFunctions.define(new Group("Texts", entries));
        CodingFunctions.define(new Group("Reading and writing formats", entries));
        CollectionFunctions.define(new Group("Lists and maps", entries));
        NumberFunctions.define(new Group("Numbers", entries));
        SprigTexts.define(new Group("Sprig: texts", entries));
        SprigLines.define(new Group("Sprig: texts", entries));
        SprigNumbers.define(new Group("Sprig: numbers", entries));
        SprigDurations.define(new Group("Sprig: numbers", entries));
        SprigCollections.define(new Group("Sprig: lists and maps", entries));
        SprigVersions.define(new Group("Sprig: versions and URLs", entries));
        SprigAddresses.define(new Group("Sprig: versions and URLs", entries));
        SprigValues.define(new Group("Sprig: kinds, defaults and paths", entries));
        SprigNames.define(new Group("Sprig: other names", entries));
        Refusals.define(new Group("Not to be had", entries));
        return Collections.unmodifiableSequencedMap(entries);
    }

    public static FunctionSet standard() {
        return STANDARD;
    }

    /** All functions, group by group. */
    public SequencedCollection<Entry> entries() {
        return entries.sequencedValues();
    }

    Collection<String> names() {
        return entries.keySet();
    }

    /** What a function gives, or why it cannot be had; empty when there is none of that name. */
    public String description(String name) {
        return find(name).map(Entry::description).orElse("");
    }

    Optional<Entry> find(String name) {
        return Optional.ofNullable(entries.get(name));
    }

    Datum call(String name, Arguments arguments) throws FunctionException {
        Entry entry = find(name).orElseThrow(() -> new FunctionException("function \"" + name + "\" not defined"));
        int count = arguments.count();
        if (entry.standing() == Standing.WORKS && (count < entry.least() || count > entry.most())) {
            String want = entry.most() == entry.least()
                    ? Integer.toString(entry.least())
                    : entry.most() == Integer.MAX_VALUE
                            ? "at least " + entry.least()
                            : entry.least() + " to " + entry.most();
            throw new FunctionException("wrong number of args: want " + want + " got " + count + " (" + name
                    + (entry.usage().isEmpty() ? "" : " " + entry.usage()) + ")");
        }
        return entry.action().call(arguments);
    }
}
