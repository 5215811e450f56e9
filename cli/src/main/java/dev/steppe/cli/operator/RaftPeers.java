package dev.steppe.cli.operator;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.terminal.Table;
import java.util.List;

/** Lists the servers that take part in the log. */
public final class RaftPeers implements Command {

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Lists the servers that take part in the replicated log, and which one leads.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(Flag.toggle("stale", "As the asked server knows them, also while nobody leads."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        invocation.arguments().refuseWords();
        var query = Query.none().andIf(invocation.arguments().has("stale"), "stale", "true");
        var servers =
                invocation.nomad().get("/v1/operator/raft/configuration", query).body();
        var table = new Table("Node", "ID", "Address", "State", "Voter", "RaftProtocol");
        for (var server : servers.items("Servers")) {
            table.row(
                    server.text("Node"),
                    server.text("ID"),
                    server.text("Address"),
                    server.at("Leader").isTrue() ? "leader" : "follower",
                    Boolean.toString(server.at("Voter").isTrue()),
                    server.text("RaftProtocol"));
        }
        invocation.terminal().table(table);
        return 0;
    }
}
