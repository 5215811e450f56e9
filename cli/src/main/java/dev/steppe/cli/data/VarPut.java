package dev.steppe.cli.data;

import dev.steppe.cli.command.Arguments;
import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/** Writes a variable, from a file, from words, or from both. */
public final class VarPut implements Command {

    @Override
    public String usage() {
        return "[flags] [<path>] [@<file>|-] [<key>=<value> ...]";
    }

    @Override
    public String about() {
        return "Writes a variable in place of what was there. Its content comes from a file (@file, or - for standard "
                + "input) in HCL or JSON, from words, or from both: words win. A value that begins with @ is read from "
                + "that file. A file that names a modify index changes that version only.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.text("check-index", "index", "Write only if the modify index is this; 0: only if it is new."),
                Flag.toggle("force", "Write whatever version is there, also if the file names one."),
                Flag.text("in", "form", "The form of standard input or a file of another name: json (default) or hcl."),
                VariableForm.flag("none"),
                VariableForm.template(),
                Flag.refused("ui", "the web console is not part of this version"));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException, IOException {
        var arguments = invocation.arguments();
        var form = VariableForm.of(arguments, VariableForm.NONE);
        var words = new ArrayDeque<>(arguments.words());
        Optional<String> path = Optional.empty();
        if (!words.isEmpty() && !isFile(words.getFirst()) && !isItem(words.getFirst())) {
            path = Optional.of(words.removeFirst());
        }
        var file = VariableText.nothing();
        if (!words.isEmpty() && isFile(words.getFirst())) {
            file = file(invocation, words.removeFirst());
        }
        var items = new LinkedHashMap<>(file.items());
        addItems(words, items);
        var target = Variables.cleaned(path.orElse(file.path()));
        if (target.isEmpty() || items.isEmpty()) {
            throw new UsageException(
                    target.isEmpty()
                            ? "this command takes the path of the variable, or a file that names it"
                            : "a variable needs at least one item, such as user=me");
        }
        if (!file.path().isEmpty() && !target.equals(Variables.cleaned(file.path()))) {
            throw new UsageException("the path is \"" + target + "\" and in the file \"" + file.path() + "\"");
        }
        var namespace = invocation.first("namespace", "NOMAD_NAMESPACE", file.namespace());
        var text = new VariableText(namespace, target, checkIndex(arguments, file), items);
        return write(invocation, text, form);
    }

    private static int write(Invocation invocation, VariableText text, VariableForm form)
            throws CommandFailure, ApiException {
        boolean checked = text.modifyIndex() >= 0;
        var index = Long.toString(text.modifyIndex());
        var query = Query.none().andIf(checked, "cas", index);
        try {
            var namespace = text.namespace().isEmpty() ? "default" : text.namespace();
            var written = invocation
                    .nomad()
                    .put(Variables.route(text.path()), query, text.body(namespace, text.path()))
                    .body();
            if (form == VariableForm.NONE) {
                invocation
                        .terminal()
                        .line((written.number("CreateIndex") == written.number("ModifyIndex") ? "Created" : "Updated")
                                + " variable \"" + text.path() + "\" with modify index "
                                + written.number("ModifyIndex"));
            }
            form.show(written, invocation.terminal());
            return 0;
        } catch (ApiException refused) {
            if (Variables.isConflict(refused)) {
                throw Variables.conflict("Error writing variable", refused, checked ? index : "");
            }
            throw refused;
        }
    }

    /** What the modify index must be; -1 for any. */
    private static long checkIndex(Arguments arguments, VariableText file) throws UsageException {
        var given = arguments.text("check-index");
        if (arguments.has("force")) {
            if (given.isPresent()) {
                throw new UsageException("flags -force and -check-index exclude each other");
            }
            return -1;
        }
        if (given.isEmpty()) {
            return file.modifyIndex() > 0 ? file.modifyIndex() : -1;
        }
        try {
            return Long.parseUnsignedLong(given.get());
        } catch (NumberFormatException notANumber) {
            throw new UsageException("flag -check-index: \"" + given.get() + "\" is not an index");
        }
    }

    private static boolean isFile(String word) {
        return word.startsWith("@") || word.equals("-");
    }

    private static boolean isItem(String word) {
        return word.indexOf('=') > 0;
    }

    private static void addItems(Deque<String> words, LinkedHashMap<String, String> items)
            throws UsageException, CommandFailure, IOException {
        for (var word : words) {
            if (!isItem(word)) {
                throw new UsageException("\"" + word + "\" is not key=value");
            }
            int equals = word.indexOf('=');
            var value = word.substring(equals + 1);
            items.put(word.substring(0, equals), value.startsWith("@") ? content(value.substring(1)) : value);
        }
    }

    private static VariableText file(Invocation invocation, String word)
            throws UsageException, CommandFailure, IOException {
        var asked = invocation.arguments().text("in").orElse("json");
        if (!List.of("json", "hcl").contains(asked)) {
            throw new UsageException("flag -in: write json or hcl");
        }
        if (word.equals("-")) {
            var text = new String(invocation.terminal().in().readAllBytes(), StandardCharsets.UTF_8);
            return VariableText.read("standard input", text, asked);
        }
        var path = word.substring(1);
        var form = path.endsWith(".hcl") ? "hcl" : path.endsWith(".json") ? "json" : asked;
        return VariableText.read(path, content(path), form);
    }

    private static String content(String path) throws CommandFailure, IOException {
        try {
            return Files.readString(Path.of(path));
        } catch (NoSuchFileException missing) {
            throw new CommandFailure("Failed to read variable content: there is no file " + path);
        }
    }
}
