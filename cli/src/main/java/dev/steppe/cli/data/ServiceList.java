package dev.steppe.cli.data;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Table;
import java.util.List;

/** Lists the services that jobs asked for with provider nomad. */
public final class ServiceList implements Command {

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Lists the services of jobs with provider = \"nomad\"; those with provider = \"consul\", which is the "
                + "default, are in catalog services.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("json", "As JSON."),
                Flag.text("name", "name", "Only this service."),
                CommonFlags.template());
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        arguments.refuseWords();
        var groups = invocation.nomad().get("/v1/services", Query.none()).body();
        var terminal = invocation.terminal();
        if (arguments.has("json")) {
            terminal.json(groups);
            return 0;
        }
        var name = arguments.text("name");
        boolean everywhere = arguments.text("namespace").orElse("").equals("*");
        var table = everywhere ? new Table("Service Name", "Namespace", "Tags") : new Table("Service Name", "Tags");
        for (Json group : groups.items()) {
            for (Json service : group.items("Services")) {
                var its = service.text("ServiceName");
                if (name.isPresent() && !name.get().equals(its)) {
                    continue;
                }
                var tags = "[" + String.join(",", service.texts("Tags")) + "]";
                if (everywhere) {
                    table.row(its, group.text("Namespace"), tags);
                } else {
                    table.row(its, tags);
                }
            }
        }
        if (table.isEmpty()) {
            terminal.line("No service registrations found");
        } else {
            terminal.table(table);
        }
        return 0;
    }
}
