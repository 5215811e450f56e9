package dev.steppe.cli.data;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Match;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Fields;
import dev.steppe.cli.terminal.Places;
import dev.steppe.cli.terminal.Table;
import dev.steppe.cli.terminal.Terminal;
import java.util.List;

/** Shows the instances of a service with provider nomad. */
public final class ServiceInfo implements Command {

    @Override
    public String usage() {
        return "[flags] <service>";
    }

    @Override
    public String about() {
        return "Shows the instances of a service of jobs with provider = \"nomad\".";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("json", "As JSON."),
                Flag.toggle("verbose", "Everything that is known of each instance."),
                Flag.text("filter", "expression", "Only those for which this is true."),
                Flag.refused("per-page", "all instances are shown"),
                Flag.refused("page-token", "all instances are shown"),
                CommonFlags.template());
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var name = invocation.arguments().onlyWord("the name of a service");
        var filter = invocation.arguments().text("filter");
        var instances = invocation
                .nomad()
                .get(
                        "/v1/service/" + Query.encode(name),
                        Query.none().andIf(filter.isPresent(), "filter", filter.orElse("")))
                .body();
        var terminal = invocation.terminal();
        if (invocation.arguments().has("json")) {
            terminal.json(instances);
            return 0;
        }
        if (instances.items().isEmpty()) {
            terminal.line("No service registrations found");
            return 0;
        }
        if (invocation.arguments().has("verbose")) {
            verbose(instances, terminal);
            return 0;
        }
        var table = new Table("Job ID", "Address", "Tags", "Node ID", "Alloc ID");
        for (Json one : instances.items()) {
            table.row(
                    one.text("JobID"),
                    address(one),
                    tags(one),
                    Match.shown(one.text("NodeID"), false),
                    Match.shown(one.text("AllocID"), false));
        }
        terminal.table(table);
        return 0;
    }

    private static String address(Json one) {
        return one.number("Port") > 0 ? Places.of(one.text("Address"), one.text("Port")) : one.text("Address");
    }

    private static String tags(Json one) {
        return "[" + String.join(",", one.texts("Tags")) + "]";
    }

    private static void verbose(Json instances, Terminal terminal) {
        boolean first = true;
        for (Json one : instances.items()) {
            if (!first) {
                terminal.blankLine();
            }
            first = false;
            terminal.fields(new Fields()
                    .put("ID", one.text("ID"))
                    .put("Service Name", one.text("ServiceName"))
                    .put("Namespace", one.text("Namespace"))
                    .put("Job ID", one.text("JobID"))
                    .put("Alloc ID", one.text("AllocID"))
                    .put("Node ID", one.text("NodeID"))
                    .put("Datacenter", one.text("Datacenter"))
                    .put("Address", address(one))
                    .put("Tags", tags(one)));
        }
    }
}
