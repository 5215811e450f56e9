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
import java.util.ArrayList;
import java.util.List;

/** Writes all keys below a prefix as JSON that can be imported. */
public final class KvExport implements Command {

    @Override
    public String usage() {
        return "[flags] [<prefix>]";
    }

    @Override
    public String about() {
        return "Writes all keys that begin with a prefix as JSON, for kv import.";
    }

    @Override
    public List<Flag> flags() {
        return List.of();
    }

    @Override
    public List<Flag> commonFlags() {
        return CommonFlags.consul();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var words = invocation.arguments().words();
        if (words.size() > 1) {
            throw new UsageException("this command takes at most one prefix");
        }
        var prefix = words.isEmpty() ? "" : Keys.checked(words.getFirst());
        List<Json> entries = new ArrayList<>();
        try {
            var found = invocation.consul().get(Keys.route(prefix), Query.of("recurse", "true"));
            for (var entry : found.body().items()) {
                entries.add(new Json.Fields()
                        .put("key", entry.text("Key"))
                        .put("flags", entry.at("Flags"))
                        .put("value", entry.text("Value"))
                        .build());
            }
        } catch (ApiException refused) {
            if (!refused.isNotFound()) {
                throw refused;
            }
        }
        invocation.terminal().json(new Json.Arr(entries));
        return 0;
    }
}
