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
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Lists the agents of the datacenter, servers and clients. */
public final class Members implements Command {
    private static final int NONE = 2;

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
                Flag.toggle("detailed", "With what each agent tells of itself."),
                Flag.toggle("wan", "Servers of all regions that are known."),
                Flag.text("status", "regex", "Only those whose status matches; exit code 2 where none does."),
                Flag.text("filter", "expression", "Only those for which this is true."));
    }

    @Override
    public List<Flag> commonFlags() {
        return CommonFlags.consul();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        invocation.arguments().refuseWords();
        var terminal = invocation.terminal();
        var filter = invocation.arguments().text("filter");
        var query = Query.none()
                .andIf(filter.isPresent(), "filter", filter.orElse(""))
                .andIf(invocation.arguments().has("wan"), "wan", "true");
        var members = invocation.consul().get("/v1/agent/members", query).body();
        if (invocation.arguments().has("json")) {
            terminal.json(members);
            return 0;
        }
        var wanted = pattern(invocation.arguments().text("status").orElse(".*"));
        List<Json> shown = new ArrayList<>();
        for (var member : members.items()) {
            if (wanted.matcher(status(member.number("Status"))).find()) {
                shown.add(member);
            }
        }
        if (shown.isEmpty()) {
            return NONE;
        }
        if (invocation.arguments().has("detailed")) {
            terminal.table(Tags.table("Node", shown));
            return 0;
        }
        var table = new Table("Node", "Address", "Status", "Type", "Build", "Protocol", "DC", "Partition", "Segment");
        for (var member : shown) {
            var tags = member.at("Tags");
            var build = tags.text("build");
            var colon = build.indexOf(':');
            table.row(
                    member.text("Name"),
                    Places.of(member.text("Addr"), member.text("Port")),
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

    private static Pattern pattern(String written) throws UsageException {
        try {
            return Pattern.compile(written);
        } catch (PatternSyntaxException wrong) {
            throw new UsageException("flag -status: " + wrong.getDescription() + " in \"" + written + "\"");
        }
    }

    /** The word for a number of the Consul dialect. */
    static String status(long status) {
        return switch ((int) status) {
            case 1 -> "alive";
            case 2 -> "leaving";
            case 3 -> "left";
            case 4 -> "failed";
            default -> "none";
        };
    }
}
