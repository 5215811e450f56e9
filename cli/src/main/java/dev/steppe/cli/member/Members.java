package dev.steppe.cli.member;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.terminal.Table;
import java.util.List;

/** Lists the agents of the datacenter, servers and clients. */
public final class Members implements Command {

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Lists the agents of the datacenter, servers and clients, as the catalog knows them.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("json", "As JSON."),
                Flag.refused("detailed", "use -json"),
                Flag.refused("wan", "one region is asked at a time; name it with -http-addr"),
                Flag.refused("status", "use -json and a JSON tool such as jq"),
                Flag.refused("filter", "use -json and a JSON tool such as jq"));
    }

    @Override
    public List<Flag> commonFlags() {
        return CommonFlags.consul();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        invocation.arguments().refuseWords();
        var terminal = invocation.terminal();
        var members = invocation.consul().get("/v1/agent/members", Query.none()).body();
        if (invocation.arguments().has("json")) {
            terminal.json(members);
            return 0;
        }
        var table = new Table("Node", "Address", "Status", "Type", "Build", "Protocol", "DC", "Partition", "Segment");
        for (var member : members.items()) {
            var tags = member.at("Tags");
            var build = tags.text("build");
            var colon = build.indexOf(':');
            table.row(
                    member.text("Name"),
                    member.text("Addr") + ":" + member.text("Port"),
                    status(member.number("Status")),
                    tags.text("role").equals("consul") ? "server" : "client",
                    colon < 0 ? build : build.substring(0, colon),
                    tags.text("vsn").isEmpty() ? member.text("ProtocolCur") : tags.text("vsn"),
                    tags.text("dc"),
                    tags.text("ap").isEmpty() ? "default" : tags.text("ap"),
                    tags.text("segment").isEmpty() ? "<default>" : tags.text("segment"));
        }
        terminal.table(table);
        return 0;
    }

    private static String status(long status) {
        return switch ((int) status) {
            case 1 -> "alive";
            case 2 -> "leaving";
            case 3 -> "left";
            case 4 -> "failed";
            default -> "none";
        };
    }
}
