package dev.steppe.cli.mesh;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Match;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Lists the nodes of the catalog. */
public final class CatalogNodes implements Command {

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Lists the nodes of the catalog.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("detailed", "Whole ids, tagged addresses and meta."),
                Flag.text("filter", "expression", "Only nodes for which this is true."),
                Flag.toggle("json", "As JSON."),
                Flag.refused("near", "nodes are listed by name"),
                Flag.refused("node-meta", "use -filter"),
                Flag.refused("service", "use -json with the catalog of that service"));
    }

    @Override
    public List<Flag> commonFlags() {
        return CommonFlags.consul();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        arguments.refuseWords();
        var terminal = invocation.terminal();
        var filter = arguments.text("filter");
        var query = Query.none().andIf(filter.isPresent(), "filter", filter.orElse(""));
        var nodes = invocation.consul().get("/v1/catalog/nodes", query).body();
        if (arguments.has("json")) {
            terminal.json(nodes);
            return 0;
        }
        var detailed = arguments.has("detailed");
        var table = detailed
                ? new Table("Node", "ID", "Address", "DC", "TaggedAddresses", "Meta")
                : new Table("Node", "ID", "Address", "DC");
        for (var node : nodes.items()) {
            var id = Match.shown(node.text("ID"), detailed);
            if (detailed) {
                table.row(
                        node.text("Node"),
                        id,
                        node.text("Address"),
                        node.text("Datacenter"),
                        pairs(node.at("TaggedAddresses")),
                        pairs(node.at("Meta")));
            } else {
                table.row(node.text("Node"), id, node.text("Address"), node.text("Datacenter"));
            }
        }
        terminal.table(table);
        return 0;
    }

    private static String pairs(Json entries) {
        List<String> pairs = new ArrayList<>();
        for (var entry : new TreeMap<>(entries.entries()).entrySet()) {
            pairs.add(entry.getKey() + "=" + entry.getValue().text());
        }
        return String.join(", ", pairs);
    }
}
