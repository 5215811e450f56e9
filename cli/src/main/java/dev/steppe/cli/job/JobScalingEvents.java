package dev.steppe.cli.job;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.JsonWriter;
import dev.steppe.cli.terminal.Table;
import dev.steppe.cli.terminal.Times;
import java.util.ArrayList;
import java.util.List;

/** Lists who changed the counts of a job's groups, and what autoscalers said about them. */
public final class JobScalingEvents implements Command {

    @Override
    public String usage() {
        return "[flags] <job>";
    }

    @Override
    public String about() {
        return "Lists the newest changes of the counts of a job's groups, and what autoscalers noted about them.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(Flag.toggle("verbose", "Messages and notes too."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var verbose = invocation.arguments().has("verbose");
        var terminal = invocation.terminal();
        var stub = JobMatch.one(invocation, invocation.arguments().onlyWord("the job"));
        var path = "/v1/job/" + Query.encode(stub.text("ID")) + "/scale";
        var status =
                invocation.nomad().get(path, JobRun.JobScope.of(stub).query()).body();
        var headings = new ArrayList<>(List.of("Task Group", "Count", "PrevCount"));
        headings.addAll(verbose ? List.of("Error", "Message", "Eval ID", "Meta", "Date") : List.of("Error", "Date"));
        var table = new Table(headings);
        for (var group : status.entries("TaskGroups").entrySet()) {
            for (var event : group.getValue().items("Events")) {
                var count = event.at("Count").isNull() ? "-" : event.text("Count");
                var cells = new ArrayList<>(List.of(group.getKey(), count, event.text("PreviousCount")));
                cells.add(Boolean.toString(event.isTrue("Error")));
                if (verbose) {
                    cells.add(event.text("Message"));
                    cells.add(event.text("EvalID"));
                    cells.add(event.entries("Meta").isEmpty() ? "" : JsonWriter.compact(event.at("Meta")));
                }
                cells.add(
                        Times.ofNanos(event.number("Time")).map(terminal::time).orElse(""));
                table.row(cells);
            }
        }
        if (table.isEmpty()) {
            terminal.line("No events found");
        } else {
            terminal.table(table);
        }
        return 0;
    }
}
