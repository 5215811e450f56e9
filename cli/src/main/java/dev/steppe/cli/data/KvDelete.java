package dev.steppe.cli.data;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import java.util.List;

/** Removes a key, or all below a prefix. */
public final class KvDelete implements Command {

    @Override
    public String usage() {
        return "[flags] <key or prefix>";
    }

    @Override
    public String about() {
        return "Removes a key; with -recurse all keys that begin with the prefix.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("cas", "Remove it only if it was last changed at -modify-index."),
                Flag.text("modify-index", "index", "The index for -cas."),
                Flag.toggle("recurse", "All keys that begin with the prefix."));
    }

    @Override
    public List<Flag> commonFlags() {
        return CommonFlags.consul();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        var recurse = arguments.has("recurse");
        var key = recurse && arguments.words().isEmpty()
                ? ""
                : Keys.checked(arguments.onlyWord(recurse ? "a prefix" : "a key"));
        var index = arguments.text("modify-index");
        if (arguments.has("cas") && (recurse || index.isEmpty())) {
            throw new UsageException(
                    recurse ? "flags -cas and -recurse exclude each other" : "flag -cas needs -modify-index");
        }
        var query = Query.none().andIf(recurse, "recurse", "true").andIf(arguments.has("cas"), "cas", index.orElse(""));
        boolean done = invocation.consul().delete(Keys.route(key), query).body().isTrue();
        if (!done) {
            throw new CommandFailure("Error! Did not delete key " + key + ": it was changed meanwhile (CAS failed)");
        }
        invocation.terminal().line((recurse ? "Success! Deleted keys with prefix: " : "Success! Deleted key: ") + key);
        return 0;
    }
}
