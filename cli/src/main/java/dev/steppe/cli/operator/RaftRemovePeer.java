package dev.steppe.cli.operator;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import java.util.List;

/** Takes a server out of the log. */
public final class RaftRemovePeer implements Command {

    @Override
    public String usage() {
        return "-peer-id=<id>";
    }

    @Override
    public String about() {
        return "Takes a server out of the replicated log. A server that still runs stays out until it is started again; one that "
                + "is gone for good no longer counts for the majority.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.text("peer-id", "id", "The server, by the id that operator raft list-peers shows."),
                Flag.refused("peer-address", "use -peer-id"));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        invocation.arguments().refuseWords();
        var id = invocation
                .arguments()
                .text("peer-id")
                .orElseThrow(() -> new UsageException("say which server: -peer-id=<id>"));
        invocation.nomad().delete("/v1/operator/raft/peer", Query.none().and("id", id));
        invocation.terminal().line("Removed peer with id \"" + id + "\"");
        return 0;
    }
}
