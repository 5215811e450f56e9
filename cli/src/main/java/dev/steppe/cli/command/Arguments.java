package dev.steppe.cli.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The words after a command, checked against its table of flags. Flags are written {@code -name}, {@code --name},
 * {@code -name=value} or {@code -name value}, before or after the positional words; {@code --} ends them. Immutable.
 */
public final class Arguments {
    private final Map<String, List<String>> values;
    private final List<String> words;

    private Arguments(Map<String, List<String>> values, List<String> words) {
        this.values = values;
        this.words = List.copyOf(words);
    }

    /** Sorts the words after the command. Unknown and refused flags, missing and wrong values are refused by name. */
    public static Arguments parse(List<String> written, List<Flag> known) throws UsageException {
        return parse(written, known, false);
    }

    /** As {@link #parse}, where the flags may end at the first positional word. */
    public static Arguments parse(List<String> written, List<Flag> known, boolean wordsEndFlags) throws UsageException {
        Map<String, List<String>> values = new LinkedHashMap<>();
        List<String> words = new ArrayList<>();
        for (var i = 0; i < written.size(); i++) {
            var word = written.get(i);
            if (wordsEndFlags && !isFlag(word)) {
                words.addAll(written.subList(i, written.size()));
                break;
            }
            if (word.equals("--")) {
                words.addAll(written.subList(i + 1, written.size()));
                break;
            }
            if (!isFlag(word)) {
                words.add(word);
                continue;
            }
            var body = word.startsWith("--") ? word.substring(2) : word.substring(1);
            var equals = body.indexOf('=');
            var flag = find(equals < 0 ? body : body.substring(0, equals), known);
            String value;
            if (equals >= 0) {
                value = body.substring(equals + 1);
            } else if (flag.kind() == Flag.Kind.SWITCH) {
                value = "true";
            } else if (i + 1 < written.size()) {
                value = written.get(++i);
            } else {
                throw new UsageException("flag -" + flag.name() + " needs a value");
            }
            store(flag, value, values);
        }
        return new Arguments(values, words);
    }

    private static boolean isFlag(String word) {
        // "-" alone is standard input, "-1" is a number
        return word.length() > 1 && word.charAt(0) == '-' && !Character.isDigit(word.charAt(1));
    }

    private static Flag find(String name, List<Flag> known) throws UsageException {
        List<String> names = new ArrayList<>();
        for (var flag : known) {
            if (flag.name().equals(name)) {
                if (flag.kind() == Flag.Kind.REFUSED) {
                    throw new UsageException("flag -" + name + " is not supported: " + flag.about());
                }
                return flag;
            }
            if (flag.kind() != Flag.Kind.REFUSED) {
                names.add(flag.name());
            }
        }
        var nearest = Nearest.of(name, names);
        throw new UsageException(
                "unknown flag -" + name + (nearest.isPresent() ? "; did you mean -" + nearest.get() + "?" : ""));
    }

    private static void store(Flag flag, String value, Map<String, List<String>> values) throws UsageException {
        if (flag.kind() == Flag.Kind.SWITCH) {
            values.put(flag.name(), List.of(Boolean.toString(toggled(flag, value))));
            return;
        }
        if (flag.kind() == Flag.Kind.NUMBER) {
            try {
                Long.parseLong(value);
            } catch (NumberFormatException notWhole) {
                throw new UsageException("flag -" + flag.name() + ": \"" + value + "\" is not a whole number");
            }
        }
        var earlier =
                flag.kind() == Flag.Kind.REPEATED ? values.getOrDefault(flag.name(), List.of()) : List.<String>of();
        List<String> all = new ArrayList<>(earlier);
        all.add(value);
        values.put(flag.name(), List.copyOf(all));
    }

    private static boolean toggled(Flag flag, String value) throws UsageException {
        switch (value) {
            case "true", "1", "t", "T", "TRUE", "True":
                return true;
            case "false", "0", "f", "F", "FALSE", "False":
                return false;
            default:
                throw new UsageException("flag -" + flag.name() + ": \"" + value + "\" is neither true nor false");
        }
    }

    /** True when the switch was written and not switched off. */
    public boolean has(String flag) {
        return text(flag).equals(Optional.of("true"));
    }

    public Optional<String> text(String flag) {
        var found = values.getOrDefault(flag, List.of());
        return found.isEmpty() ? Optional.empty() : Optional.of(found.getLast());
    }

    /** All values of a repeated flag, in the order written. */
    public List<String> texts(String flag) {
        return values.getOrDefault(flag, List.of());
    }

    public Optional<Long> number(String flag) {
        var text = text(flag);
        return text.isPresent() ? Optional.of(Long.valueOf(text.get())) : Optional.empty();
    }

    /** The positional words. */
    public List<String> words() {
        return words;
    }

    /** The only positional word, named in the refusal when it is missing or not the only one. */
    public String onlyWord(String meaning) throws UsageException {
        if (words.size() != 1) {
            throw new UsageException(
                    words.isEmpty()
                            ? "this command takes one argument: " + meaning
                            : "this command takes one argument: " + meaning + "; got " + words.size() + ": "
                                    + String.join(" ", words));
        }
        return words.getFirst();
    }

    public void refuseWords() throws UsageException {
        if (!words.isEmpty()) {
            throw new UsageException("this command takes no arguments; got " + String.join(" ", words));
        }
    }
}
