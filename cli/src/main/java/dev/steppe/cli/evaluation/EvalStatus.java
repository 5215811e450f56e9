package dev.steppe.cli.evaluation;

import dev.steppe.cli.alloc.AllocTable;
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
import dev.steppe.cli.terminal.Table;
import dev.steppe.cli.terminal.Terminal;
import dev.steppe.cli.terminal.Times;
import java.util.List;
import java.util.Map;

/** Shows an evaluation: what set it off, how it ended, what it placed and why something was not placed. */
public final class EvalStatus implements Command {
    private static final long WAIT_SECONDS = 5;

    @Override
    public String usage() {
        return "[flags] <evaluation>";
    }

    @Override
    public String about() {
        return "Shows one evaluation, named by its id or the beginning of it.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("json", "As JSON."),
                Flag.toggle(
                        "monitor", "Wait until it has ended, then show it; exit code 2 if something was not placed."),
                Flag.toggle("verbose", "Whole ids, absolute times."),
                CommonFlags.template(),
                CommonFlags.browser());
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        var id = Match.one(
                invocation.nomad(),
                "/v1/evaluations",
                "evaluation",
                arguments.onlyWord("the evaluation"),
                "ID",
                "ID",
                "Job ID",
                "JobID",
                "Triggered By",
                "TriggeredBy",
                "Status",
                "Status");
        var path = "/v1/evaluation/" + Query.encode(id);
        var api = invocation.nomad();
        var reply = api.get(path, Query.of("related", "true"));
        while (arguments.has("monitor") && reply.body().text("Status").equals("pending")) {
            reply = api.next(path, Query.of("related", "true"), reply, WAIT_SECONDS);
        }
        var evaluation = reply.body();
        if (arguments.has("json")) {
            invocation.terminal().json(evaluation);
        } else {
            show(invocation, evaluation);
        }
        return arguments.has("monitor") && !evaluation.entries("FailedTGAllocs").isEmpty() ? 2 : 0;
    }

    /** Prints everything about one evaluation. */
    public static void show(Invocation invocation, Json evaluation) throws ApiException {
        var terminal = invocation.terminal();
        var verbose = invocation.arguments().has("verbose");
        terminal.fields(overview(evaluation, verbose, terminal));
        related(evaluation.items("RelatedEvals"), verbose, terminal);
        annotations(evaluation.at("PlanAnnotations").entries("DesiredTGUpdates"), terminal);
        var failures = evaluation.entries("FailedTGAllocs");
        if (!failures.isEmpty()) {
            terminal.blankLine();
            terminal.title("Failed Placements");
            PlacementFailure.print(failures, "", terminal);
            if (!evaluation.text("BlockedEval").isEmpty()) {
                terminal.blankLine();
                terminal.line("Evaluation \"" + Match.shown(evaluation.text("BlockedEval"), verbose)
                        + "\" waiting for additional capacity to place remainder");
            }
            terminal.line(PlacementFailure.pointer(Match.shown(evaluation.text("ID"), verbose)));
        }
        var path = "/v1/evaluation/" + Query.encode(evaluation.text("ID")) + "/allocations";
        var placed = invocation.nomad().get(path, Query.none()).body().items();
        if (!placed.isEmpty()) {
            terminal.blankLine();
            terminal.title("Placed Allocations");
            terminal.table(AllocTable.of(placed, verbose, terminal));
        }
    }

    private static Fields overview(Json evaluation, boolean verbose, Terminal terminal) {
        var waitUntil = Times.ofText(evaluation.text("WaitUntil"));
        return new Fields()
                .put("ID", Match.shown(evaluation.text("ID"), verbose))
                .put("Create Time", terminal.since(evaluation.number("CreateTime"), verbose))
                .put("Modify Time", terminal.since(evaluation.number("ModifyTime"), verbose))
                .put("Status", status(evaluation))
                .put("Status Description", description(evaluation))
                .put("Type", evaluation.text("Type"))
                .put("TriggeredBy", evaluation.text("TriggeredBy"))
                .putIf(!evaluation.text("JobID").isEmpty(), "Job ID", evaluation.text("JobID"))
                .put("Namespace", evaluation.text("Namespace"))
                .putIf(!evaluation.text("NodeID").isEmpty(), "Node ID", Match.shown(evaluation.text("NodeID"), verbose))
                .put("Priority", evaluation.text("Priority"))
                .put("Placement Failures", EvalList.failures(evaluation))
                .putIf(verbose, "Previous Eval", evaluation.text("PreviousEval"))
                .putIf(verbose, "Next Eval", evaluation.text("NextEval"))
                .putIf(verbose, "Blocked Eval", evaluation.text("BlockedEval"))
                .putIf(
                        !evaluation.text("QuotaLimitReached").isEmpty(),
                        "Quota Limit Reached",
                        evaluation.text("QuotaLimitReached"))
                .putIf(
                        waitUntil.isPresent(),
                        "Wait Until",
                        waitUntil.isPresent() ? terminal.time(waitUntil.get()) : "");
    }

    /** One that left something without a place is not simply complete. */
    static String status(Json evaluation) {
        var status = evaluation.text("Status");
        if (!status.equals("complete") || evaluation.entries("FailedTGAllocs").isEmpty()) {
            return status;
        }
        return status + (evaluation.text("BlockedEval").isEmpty() ? ", not all placed" : ", the rest is blocked");
    }

    private static String description(Json evaluation) {
        var description = evaluation.text("StatusDescription");
        return description.isEmpty() ? evaluation.text("Status") : description;
    }

    private static void related(List<Json> related, boolean verbose, Terminal terminal) {
        if (related.isEmpty()) {
            return;
        }
        terminal.blankLine();
        terminal.title("Related Evaluations");
        var table = new Table("ID", "Priority", "Triggered By", "Node ID", "Status", "Description");
        for (var evaluation : related) {
            table.row(
                    Match.shown(evaluation.text("ID"), verbose),
                    evaluation.text("Priority"),
                    evaluation.text("TriggeredBy"),
                    Match.shown(evaluation.text("NodeID"), verbose),
                    evaluation.text("Status"),
                    evaluation.text("StatusDescription"));
        }
        terminal.table(table);
    }

    private static void annotations(Map<String, Json> groups, Terminal terminal) {
        if (groups.isEmpty()) {
            return;
        }
        terminal.blankLine();
        terminal.title("Plan Annotations");
        var table = new Table(
                "Task Group", "Ignore", "Place", "Stop", "InPlace", "Destructive", "Migrate", "Canary", "Preemptions");
        for (var group : groups.entrySet()) {
            var updates = group.getValue();
            table.row(
                    group.getKey(),
                    count(updates, "Ignore"),
                    count(updates, "Place"),
                    count(updates, "Stop"),
                    count(updates, "InPlaceUpdate"),
                    count(updates, "DestructiveUpdate"),
                    count(updates, "Migrate"),
                    count(updates, "Canary"),
                    count(updates, "Preemptions"));
        }
        terminal.table(table);
    }

    private static String count(Json updates, String key) {
        return Long.toString(updates.number(key));
    }
}
