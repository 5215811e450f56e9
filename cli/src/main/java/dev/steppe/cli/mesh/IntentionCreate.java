package dev.steppe.cli.mesh;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.json.JsonReader;
import dev.steppe.cli.json.JsonSyntaxException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Writes an intention: whether one service may call another. */
public final class IntentionCreate implements Command {

    @Override
    public String usage() {
        return "[-allow|-deny] [flags] <source> <destination>, or -file <path> ...";
    }

    @Override
    public String about() {
        return "Allows (the default) or denies that one service calls another. Either name may be * for all services. An "
                + "intention that exists is changed only with -replace. With -file each argument is a JSON document of "
                + "one intention.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("allow", "Allow, which is the default."),
                Flag.toggle("deny", "Deny."),
                Flag.text("description", "text", "Why it exists, for people."),
                Flag.toggle("file", "The arguments are files; - is standard input."),
                Flag.repeated("meta", "key=value", "A note for machines; may be repeated."),
                Flag.toggle("replace", "Change it if it exists."));
    }

    @Override
    public List<Flag> commonFlags() {
        return CommonFlags.consul();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException, IOException {
        var arguments = invocation.arguments();
        if (arguments.has("allow") && arguments.has("deny")) {
            throw new UsageException("flags -allow and -deny exclude each other");
        }
        if (!arguments.has("file")) {
            create(invocation, ServicePair.of(arguments), ofFlags(invocation));
            return 0;
        }
        if (arguments.words().isEmpty()) {
            throw new UsageException("with -file this command takes one or more files");
        }
        if (arguments.has("allow") || arguments.has("deny")) {
            throw new UsageException("with -file the action stands in the file; leave out -allow and -deny");
        }
        for (var path : arguments.words()) {
            var document = read(invocation, path);
            create(
                    invocation,
                    new ServicePair(document.text("SourceName"), document.text("DestinationName")),
                    document);
        }
        return 0;
    }

    private static Json ofFlags(Invocation invocation) throws UsageException {
        var arguments = invocation.arguments();
        var pair = ServicePair.of(arguments);
        var body = new Json.Fields()
                .put("SourceName", pair.source())
                .put("DestinationName", pair.destination())
                .put("SourceType", "consul")
                .put("Action", arguments.has("deny") ? "deny" : "allow");
        var description = arguments.text("description");
        if (description.isPresent()) {
            body.put("Description", description.get());
        }
        var meta = new Json.Fields();
        for (var entry : arguments.texts("meta")) {
            var equals = entry.indexOf('=');
            if (equals <= 0) {
                throw new UsageException("flag -meta: \"" + entry + "\" is not key=value");
            }
            meta.put(entry.substring(0, equals), entry.substring(equals + 1));
        }
        return arguments.texts("meta").isEmpty()
                ? body.build()
                : body.put("Meta", meta.build()).build();
    }

    private static Json read(Invocation invocation, String path) throws CommandFailure, IOException {
        try {
            var text = path.equals("-")
                    ? new String(invocation.terminal().in().readAllBytes(), StandardCharsets.UTF_8)
                    : Files.readString(Path.of(path));
            return JsonReader.read(text);
        } catch (NoSuchFileException missing) {
            throw new CommandFailure("Error parsing intention: there is no file " + path);
        } catch (JsonSyntaxException wrong) {
            throw new CommandFailure("Error parsing intention: " + path + " is " + wrong.getMessage());
        }
    }

    private static void create(Invocation invocation, ServicePair pair, Json body) throws CommandFailure, ApiException {
        var api = invocation.consul();
        if (!invocation.arguments().has("replace")) {
            try {
                var existing = api.get(Intentions.EXACT, pair.query()).body();
                throw new CommandFailure("Error creating intention \"" + Intentions.text(body)
                        + "\": it exists already as \"" + Intentions.text(existing) + "\"; -replace changes it");
            } catch (ApiException absent) {
                if (!absent.isNotFound()) {
                    throw absent;
                }
            }
        }
        api.put(Intentions.EXACT, pair.query(), body);
        invocation.terminal().line("Created: " + Intentions.text(body));
    }
}
