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
import dev.steppe.cli.json.JsonReader;
import dev.steppe.cli.json.JsonSyntaxException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** Writes keys that were exported. */
public final class KvImport implements Command {

    @Override
    public String usage() {
        return "[flags] <json>|@<file>|-";
    }

    @Override
    public String about() {
        return "Writes the keys of a JSON document made by kv export, over those that are there.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(Flag.text("prefix", "text", "Put before each key."));
    }

    @Override
    public List<Flag> commonFlags() {
        return CommonFlags.consul();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException, IOException {
        var arguments = invocation.arguments();
        var data = Keys.data(arguments.onlyWord("a JSON document, @file or -"), invocation.terminal());
        Json document;
        try {
            document = JsonReader.read(new String(data, StandardCharsets.UTF_8));
        } catch (JsonSyntaxException wrong) {
            throw new CommandFailure("Error! Cannot unmarshal data: it is " + wrong.getMessage());
        }
        var api = invocation.consul();
        for (var entry : document.items()) {
            var key = Keys.checked(arguments.text("prefix").orElse("") + entry.text("key"));
            var flags = entry.text("flags");
            var query = Query.none().andIf(!flags.isEmpty(), "flags", flags);
            api.putBytes(Keys.route(key), query, Base64.getDecoder().decode(entry.text("value")));
            invocation.terminal().line("Imported: " + key);
        }
        return 0;
    }
}
