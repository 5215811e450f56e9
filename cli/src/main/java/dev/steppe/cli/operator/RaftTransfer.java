package dev.steppe.cli.operator;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import java.util.List;

/** Hands the leadership over. */
public final class RaftTransfer implements Command {

    @Override
    public String usage() {
        return "-peer-id=<id> | -peer-address=<address>";
    }

    @Override
    public String about() {
        return "Hands the leadership of the replicated log over to another server.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.text("peer-id", "id", "The server, by its id."),
                Flag.text("peer-address", "address", "The server, by its address and port."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        var arguments = invocation.arguments();
        arguments.refuseWords();
        var id = arguments.text("peer-id");
        var address = arguments.text("peer-address");
        if (id.isPresent() == address.isPresent()) {
            throw new UsageException(
                    "say which server is to lead: -peer-id=<id> or -peer-address=<address>, one of both");
        }
        var query = id.map(it -> Query.none().and("id", it))
                .orElseGet(() -> Query.none().and("address", address.orElse("")));
        invocation.nomad().put("/v1/operator/raft/transfer-leadership", query, new Json.Fields().build());
        invocation
                .terminal()
                .line("Leadership handed over to " + id.or(() -> address).orElse(""));
        return 0;
    }
}
