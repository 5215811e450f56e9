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

/** Forgets a node that is gone for good. */
public final class NodePurge implements Command {

    @Override
    public String usage() {
        return "<node>";
    }

    @Override
    public String about() {
        return "Forgets a node that is gone for good; what ran there is lost and replaced elsewhere. A node that still "
                + "runs registers again.";
    }

    @Override
    public List<Flag> flags() {
        return List.of();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var id = NodeMatch.one(invocation, invocation.arguments().onlyWord("the node"));
        invocation.nomad().put("/v1/node/" + Query.encode(id) + "/purge", Query.none(), new Json.Fields().build());
        invocation.terminal().line("Node \"" + id + "\" purged");
        return 0;
    }
}
