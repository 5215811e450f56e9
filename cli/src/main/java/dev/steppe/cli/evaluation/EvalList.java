package dev.steppe.cli.evaluation;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Match;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Table;
import java.util.List;

/** Lists evaluations. */
public final class EvalList implements Command {

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Lists evaluations.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.text("filter", "expression", "Only those for which this is true."),
                Flag.text("job", "job", "Only those of this job."),
                Flag.toggle("json", "As JSON."),
                Flag.text("status", "status", "Only those with this status."),
                Flag.toggle("verbose", "Whole ids."),
                Flag.refused("per-page", "all evaluations are listed at once"),
                Flag.refused("page-token", "all evaluations are listed at once"),
                CommonFlags.template(),
                CommonFlags.browser());
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        var arguments = invocation.arguments();
        arguments.refuseWords();
        var query = Query.none();
        for (var name : List.of("filter", "job", "status")) {
            var value = arguments.text(name);
            query.andIf(value.isPresent(), name, value.orElse(""));
        }
        var evaluations = invocation.nomad().get("/v1/evaluations", query).body();
        var terminal = invocation.terminal();
        if (arguments.has("json")) {
            terminal.json(evaluations);
        } else if (evaluations.items().isEmpty()) {
            terminal.line("No evals found");
        } else {
            terminal.table(table(evaluations.items(), arguments.has("verbose")));
        }
        return 0;
    }

    private static Table table(List<Json> evaluations, boolean verbose) {
        var table = new Table(
                "ID", "Priority", "Triggered By", "Job ID", "Namespace", "Node ID", "Status", "Placement Failures");
        for (var evaluation : evaluations) {
            table.row(
                    Match.shown(evaluation.text("ID"), verbose),
                    evaluation.text("Priority"),
                    evaluation.text("TriggeredBy"),
                    evaluation.text("JobID"),
                    evaluation.text("Namespace"),
                    Match.shown(evaluation.text("NodeID"), verbose),
                    EvalStatus.status(evaluation),
                    failures(evaluation));
        }
        return table;
    }

    /** Whether something was left unplaced; a blocked evaluation cannot say, it waits. */
    public static String failures(Json evaluation) {
        return evaluation.text("Status").equals("blocked")
                ? "N/A - In Progress"
                : Boolean.toString(!evaluation.entries("FailedTGAllocs").isEmpty());
    }
}
