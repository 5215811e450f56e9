package dev.steppe.cli.node;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import java.util.LinkedHashMap;
import java.util.List;

/** Puts words about a node while it runs, or takes them away. */
public final class NodeMetaApply implements Command {

    @Override
    public String usage() {
        return "[flags] [<key>=<value>...]";
    }

    @Override
    public String about() {
        return "Puts words about a node that jobs may ask for, while it runs; they outlive the agent and win over its "
                + "configuration. A key without = is set to nothing.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.text("node-id", "node", "The node. That of the agent when none is named."),
                Flag.text("unset", "keys", "Take these away, separated by commas, also configured ones."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        var meta = new LinkedHashMap<String, Json>();
        for (var key : arguments.text("unset").orElse("").split(",", -1)) {
            if (!key.isBlank()) {
                meta.put(key.strip(), new Json.Null());
            }
        }
        for (var word : arguments.words()) {
            var equals = word.indexOf('=');
            var key = equals < 0 ? word : word.substring(0, equals);
            if (key.isEmpty()) {
                throw new UsageException("\"" + word + "\" has no key: write key=value");
            }
            meta.put(key, Json.of(equals < 0 ? "" : word.substring(equals + 1)));
        }
        if (meta.isEmpty()) {
            throw new UsageException("this command takes at least one key=value, or -unset");
        }
        var id = NodeMetaRead.wanted(invocation);
        var body = new LinkedHashMap<String, Json>();
        body.put("Meta", new Json.Obj(meta));
        id.ifPresent(found -> body.put("NodeID", Json.of(found)));
        invocation
                .nomad()
                .put(
                        "/v1/client/metadata",
                        Query.none().andIf(id.isPresent(), "node_id", id.orElse("")),
                        new Json.Obj(body));
        return 0;
    }
}
