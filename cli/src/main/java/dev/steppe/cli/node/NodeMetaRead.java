package dev.steppe.cli.node;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Fields;
import dev.steppe.cli.terminal.Terminal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Shows the words about a node: those that count, and those told while it ran. */
public final class NodeMetaRead implements Command {

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Shows the words about a node that jobs may ask for, and which of them were told while it ran.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("json", "As JSON."),
                Flag.text("node-id", "node", "The node. That of the agent when none is named."),
                CommonFlags.template());
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        arguments.refuseWords();
        var id = wanted(invocation);
        var meta = invocation
                .nomad()
                .get("/v1/client/metadata", Query.none().andIf(id.isPresent(), "node_id", id.orElse("")))
                .body();
        var terminal = invocation.terminal();
        if (arguments.has("json")) {
            terminal.json(meta);
            return 0;
        }
        terminal.title("All Meta");
        show(terminal, meta.entries("Meta"));
        terminal.blankLine();
        terminal.title("Dynamic Meta");
        show(terminal, meta.entries("Dynamic"));
        return 0;
    }

    /** The whole id of the node that was named. */
    static Optional<String> wanted(Invocation invocation) throws CommandFailure, ApiException {
        var named = invocation.arguments().text("node-id");
        return named.isEmpty() ? Optional.empty() : Optional.of(NodeMatch.one(invocation, named.get()));
    }

    private static void show(Terminal terminal, Map<String, Json> words) {
        if (words.isEmpty()) {
            terminal.line("none");
            return;
        }
        var fields = new Fields();
        new TreeMap<>(words).forEach((key, value) -> fields.put(key, value.isNull() ? "<unset>" : value.text()));
        terminal.fields(fields);
    }
}
