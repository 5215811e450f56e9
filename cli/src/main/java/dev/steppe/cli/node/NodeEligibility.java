package dev.steppe.cli.node;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import java.util.List;

/** Lets a node have new allocations or not; what runs there is left alone. */
public final class NodeEligibility implements Command {

    @Override
    public String usage() {
        return "[flags] <node>";
    }

    @Override
    public String about() {
        return "Lets a node have new allocations, or keeps them from it. What runs there is left alone.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("disable", "It gets nothing new."),
                Flag.toggle("enable", "It may have new allocations."),
                Flag.toggle("self", "The node of this agent."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        if (arguments.has("enable") == arguments.has("disable")) {
            throw new UsageException("give either -enable or -disable");
        }
        String id;
        if (arguments.has("self")) {
            arguments.refuseWords();
            id = NodeStatus.self(invocation);
        } else {
            id = NodeMatch.one(invocation, arguments.onlyWord("the node"));
        }
        var wanted = arguments.has("enable") ? "eligible" : "ineligible";
        var body =
                new Json.Fields().put("NodeID", id).put("Eligibility", wanted).build();
        invocation.nomad().put("/v1/node/" + Query.encode(id) + "/eligibility", Query.none(), body);
        invocation.terminal().line("Node \"" + id + "\" scheduling eligibility set: " + wanted + " for scheduling");
        return 0;
    }
}
