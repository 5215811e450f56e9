package dev.steppe.cli.pool;

import dev.steppe.cli.command.Command;
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
import java.util.List;

/** Lists pools of nodes, or the nodes or jobs of one. */
public final class PoolList implements Command {
    private final What what;

    private enum What {
        POOLS,
        NODES,
        JOBS
    }

    private PoolList(What what) {
        this.what = what;
    }

    public static PoolList pools() {
        return new PoolList(What.POOLS);
    }

    public static PoolList nodes() {
        return new PoolList(What.NODES);
    }

    public static PoolList jobs() {
        return new PoolList(What.JOBS);
    }

    @Override
    public String usage() {
        return what == What.POOLS ? "[flags]" : "[flags] <pool>";
    }

    @Override
    public String about() {
        return switch (what) {
            case POOLS -> "Lists the pools of nodes.";
            case NODES -> "Lists the nodes of a pool.";
            case JOBS -> "Lists the jobs of a pool.";
        };
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("json", "As JSON."),
                Flag.toggle("verbose", "Whole ids."),
                Flag.number("per-page", "count", "At most so many; the next page's token is shown."),
                Flag.text("page-token", "token", "Begin where the last page ended."),
                Flag.text("filter", "expression", "Only those for which this is true."),
                CommonFlags.template());
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        var arguments = invocation.arguments();
        String path = "/v1/node/pools";
        if (what == What.POOLS) {
            arguments.refuseWords();
        } else {
            var name = arguments.onlyWord("the pool");
            path = "/v1/node/pool/" + Query.encode(name) + (what == What.NODES ? "/nodes" : "/jobs");
        }
        var filter = arguments.text("filter");
        var query = Paging.query(arguments).andIf(filter.isPresent(), "filter", filter.orElse(""));
        var reply = invocation.nomad().get(path, query);
        var terminal = invocation.terminal();
        if (arguments.has("json")) {
            terminal.json(reply.body());
            return 0;
        }
        if (reply.body().items().isEmpty()) {
            terminal.line(
                    switch (what) {
                        case POOLS -> "No node pools";
                        case NODES -> "No nodes";
                        case JOBS -> "No jobs";
                    });
        } else {
            terminal.table(table(reply.body().items(), arguments.has("verbose")));
        }
        Paging.tell(reply, terminal);
        return 0;
    }

    private Table table(List<Json> items, boolean whole) {
        var table = switch (what) {
            case POOLS -> new Table("Name", "Description");
            case NODES -> new Table("ID", "DC", "Name", "Class", "Drain", "Eligibility", "Status");
            case JOBS -> new Table("ID", "Type", "Priority", "Status");
        };
        for (var item : items) {
            switch (what) {
                case POOLS -> table.row(item.text("Name"), item.text("Description"));
                case NODES ->
                    table.row(
                            Match.shown(item.text("ID"), whole),
                            item.text("Datacenter"),
                            item.text("Name"),
                            item.text("NodeClass"),
                            Boolean.toString(item.isTrue("Drain")),
                            item.text("SchedulingEligibility"),
                            item.text("Status"));
                case JOBS -> table.row(item.text("ID"), item.text("Type"), item.text("Priority"), item.text("Status"));
            }
        }
        return table;
    }
}
