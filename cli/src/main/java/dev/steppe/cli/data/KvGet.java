package dev.steppe.cli.data;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Terminal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Shows the value of a key, or what is below a prefix. */
public final class KvGet implements Command {

    @Override
    public String usage() {
        return "[flags] [<key or prefix>]";
    }

    @Override
    public String about() {
        return "Shows the value of a key; with -recurse or -keys what is below a prefix.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("base64", "Values in base64."),
                Flag.toggle("detailed", "Indexes, flags and the session that holds it too."),
                Flag.toggle("keys", "Only the names of the keys below the prefix, down to the next separator."),
                Flag.toggle("recurse", "All keys that begin with the prefix, as key:value."),
                Flag.text("separator", "text", "Where names are cut with -keys. Default /."));
    }

    @Override
    public List<Flag> commonFlags() {
        return CommonFlags.consul();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException, IOException {
        var arguments = invocation.arguments();
        boolean many = arguments.has("keys") || arguments.has("recurse");
        if (arguments.words().size() > 1 || (arguments.words().isEmpty() && !many)) {
            throw new UsageException("this command takes one key");
        }
        var key = arguments.words().isEmpty()
                ? ""
                : Keys.checked(arguments.words().getFirst());
        var terminal = invocation.terminal();
        var query = Query.none()
                .andIf(arguments.has("keys"), "keys", "true")
                .andIf(
                        arguments.has("keys"),
                        "separator",
                        arguments.text("separator").orElse("/"))
                .andIf(arguments.has("recurse") && !arguments.has("keys"), "recurse", "true");
        Json found;
        try {
            found = invocation.consul().get(Keys.route(key), query).body();
        } catch (ApiException refused) {
            if (!refused.isNotFound()) {
                throw refused;
            }
            if (many) {
                return 0;
            }
            throw new CommandFailure("Error! No key exists at: " + key);
        }
        boolean first = true;
        for (var entry : found.items()) {
            if (arguments.has("keys")) {
                terminal.line(entry.text());
            } else {
                show(entry, many, arguments.has("detailed"), arguments.has("base64"), first, terminal);
            }
            first = false;
        }
        return 0;
    }

    private static void show(
            Json entry, boolean many, boolean detailed, boolean encoded, boolean first, Terminal terminal)
            throws IOException {
        var value = encoded ? entry.text("Value").getBytes(StandardCharsets.UTF_8) : Keys.value(entry);
        if (!detailed) {
            write(terminal, many ? entry.text("Key") + ":" : "", value);
            return;
        }
        if (!first) {
            terminal.blankLine();
        }
        var session = entry.text("Session");
        for (var field : List.of("CreateIndex", "Flags", "Key", "LockIndex", "ModifyIndex")) {
            terminal.line(padded(field) + entry.text(field));
        }
        terminal.line(padded("Session") + (session.isEmpty() ? "-" : session));
        write(terminal, padded("Value"), value);
    }

    private static String padded(String field) {
        return field + " ".repeat(17 - field.length());
    }

    /** Values are bytes, and come out as they went in. */
    private static void write(Terminal terminal, String before, byte[] value) throws IOException {
        terminal.out().write(before.getBytes(StandardCharsets.UTF_8));
        terminal.out().write(value);
        terminal.out().write('\n');
        terminal.out().flush();
    }
}
