package dev.steppe.cli.node;

import dev.steppe.cli.alloc.AllocTable;
import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Match;
import dev.steppe.cli.command.Paging;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Table;
import java.util.ArrayList;
import java.util.List;

/** Lists nodes, or shows one. */
public final class NodeStatus implements Command {

    @Override
    public String usage() {
        return "[flags] [node]";
    }

    @Override
    public String about() {
        return "Shows one node, named by its id, the beginning of it or its name, or with -self the one of this agent; without an "
                + "argument, all nodes.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("allocs", "In the list: how many allocations run on each node."),
                Flag.text("filter", "expression", "In the list: only nodes for which this is true."),
                Flag.toggle("json", "As JSON."),
                Flag.toggle("os", "In the list: the operating system of each node."),
                Flag.toggle("quiet", "In the list: ids only."),
                Flag.toggle("self", "The node of this agent."),
                Flag.toggle("short", "One node without resources and events."),
                Flag.toggle("verbose", "Whole ids, addresses; for one node drivers, attributes and meta."),
                Flag.toggle("stats", "For one node: what each processor, memory and the disk of allocations do now."),
                Flag.number("per-page", "count", "In the list: at most so many; the next page's token is shown."),
                Flag.text("page-token", "token", "In the list: begin where the last page ended."),
                CommonFlags.template(),
                CommonFlags.browser());
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        if (arguments.has("self")) {
            arguments.refuseWords();
            NodeDetails.show(invocation, self(invocation));
        } else if (arguments.words().isEmpty()) {
            list(invocation);
        } else {
            NodeDetails.show(invocation, NodeMatch.one(invocation, arguments.onlyWord("the node")));
        }
        return 0;
    }

    static String self(Invocation invocation) throws CommandFailure, ApiException {
        var agent = invocation.nomad().get("/v1/agent/self", Query.none()).body();
        var id = agent.at("stats").at("client").text("node_id");
        if (id.isEmpty()) {
            throw new CommandFailure("The agent at " + invocation.nomad().address() + " is no client, it has no node");
        }
        return id;
    }

    private static void list(Invocation invocation) throws UsageException, ApiException {
        var arguments = invocation.arguments();
        var terminal = invocation.terminal();
        var quiet = arguments.has("quiet");
        if (quiet && (arguments.has("verbose") || arguments.has("json"))) {
            throw new UsageException("flag -quiet excludes -verbose and -json");
        }
        var filter = arguments.text("filter");
        var query = Paging.query(arguments)
                .andIf(filter.isPresent(), "filter", filter.orElse(""))
                .andIf(arguments.has("os"), "os", "true");
        var reply = invocation.nomad().get("/v1/nodes", query);
        var nodes = reply.body();
        if (arguments.has("json")) {
            terminal.json(nodes);
        } else if (nodes.items().isEmpty()) {
            terminal.line(filter.isPresent() ? "No nodes match the filter" : "No nodes registered");
        } else if (quiet) {
            for (var node : nodes.items()) {
                terminal.line(node.text("ID"));
            }
        } else {
            terminal.table(table(invocation, nodes.items()));
            Paging.tell(reply, terminal);
        }
    }

    private static Table table(Invocation invocation, List<Json> nodes) throws ApiException {
        var arguments = invocation.arguments();
        var verbose = arguments.has("verbose");
        List<String> headings = new ArrayList<>(List.of("ID", "Node Pool", "DC", "Name", "Class"));
        if (arguments.has("os")) {
            headings.add("OS");
        }
        if (verbose) {
            headings.addAll(List.of("Address", "Version"));
        }
        headings.addAll(List.of("Drain", "Eligibility", "Status"));
        if (arguments.has("allocs")) {
            headings.add("Running Allocs");
        }
        var table = new Table(headings);
        for (var node : nodes) {
            List<String> cells = new ArrayList<>();
            cells.add(Match.shown(node.text("ID"), verbose));
            cells.add(node.text("NodePool"));
            cells.add(node.text("Datacenter"));
            cells.add(node.text("Name"));
            cells.add(node.text("NodeClass"));
            if (arguments.has("os")) {
                cells.add(node.at("Attributes").text("os.name"));
            }
            if (verbose) {
                cells.add(node.text("Address"));
                cells.add(node.text("Version"));
            }
            cells.add(Boolean.toString(node.isTrue("Drain")));
            cells.add(node.text("SchedulingEligibility"));
            cells.add(node.text("Status"));
            if (arguments.has("allocs")) {
                cells.add(Integer.toString(running(invocation, node.text("ID"))));
            }
            table.row(cells);
        }
        return table;
    }

    private static int running(Invocation invocation, String nodeId) throws ApiException {
        var running = 0;
        var path = "/v1/node/" + Query.encode(nodeId) + "/allocations";
        for (var allocation : invocation.nomad().get(path, Query.none()).body().items()) {
            running += allocation.text("ClientStatus").equals("running") ? 1 : 0;
        }
        return running;
    }

    static Table allocations(Invocation invocation, List<Json> allocations) {
        return AllocTable.of(allocations, invocation.arguments().has("verbose"), invocation.terminal());
    }
}
