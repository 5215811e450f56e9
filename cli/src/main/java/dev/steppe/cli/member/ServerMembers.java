package dev.steppe.cli.member;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Places;
import dev.steppe.cli.terminal.Table;
import java.util.List;

/** Lists the servers of the region and which of them leads. */
public final class ServerMembers implements Command {

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Lists the servers of the region: their addresses, whether they are alive and which one leads.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("json", "As JSON."),
                Flag.toggle("verbose", "The same; there is nothing more to show."),
                Flag.toggle("detailed", "With what each server tells of itself."),
                CommonFlags.template(),
                CommonFlags.browser());
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        invocation.arguments().refuseWords();
        var terminal = invocation.terminal();
        var reply = invocation.nomad().get("/v1/agent/members", Query.none()).body();
        if (invocation.arguments().has("json")) {
            terminal.json(reply);
            return 0;
        }
        if (invocation.arguments().has("detailed")) {
            terminal.table(Tags.table("Name", reply.items("Members")));
            return 0;
        }
        var leader = leader(invocation);
        var table = new Table(
                "Name", "Address", "Port", "Status", "Leader", "Raft Version", "Build", "Datacenter", "Region");
        for (var member : reply.items("Members")) {
            var tags = member.at("Tags");
            table.row(
                    member.text("Name"),
                    member.text("Addr"),
                    member.text("Port"),
                    member.text("Status"),
                    Boolean.toString(leads(member, leader)),
                    tags.text("raft_vsn"),
                    tags.text("build"),
                    tags.text("dc"),
                    tags.text("region"));
        }
        terminal.table(table);
        return 0;
    }

    /** The address of the leader; empty while there is none, which is no reason to hide the members. */
    private static String leader(Invocation invocation) {
        try {
            return invocation
                    .nomad()
                    .get("/v1/status/leader", Query.none())
                    .body()
                    .text();
        } catch (ApiException none) {
            invocation.terminal().complain("No leader is known: " + none.getMessage());
            return "";
        }
    }

    private static boolean leads(Json member, String leader) {
        var tags = member.at("Tags");
        var address = tags.text("rpc_addr").isEmpty() ? member.text("Addr") : tags.text("rpc_addr");
        var port = tags.text("port").isEmpty() ? member.text("Port") : tags.text("port");
        return !leader.isEmpty() && leader.equals(Places.of(address, port));
    }
}
