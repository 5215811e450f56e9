package dev.steppe.cli.job;

import dev.steppe.cli.alloc.AllocTable;
import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Match;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.evaluation.EvalList;
import dev.steppe.cli.evaluation.PlacementFailure;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Fields;
import dev.steppe.cli.terminal.Table;
import dev.steppe.cli.terminal.Terminal;
import dev.steppe.cli.terminal.Times;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Lists jobs, or shows one: its summary, why something could not be placed, its deployment and allocations. */
public final class JobStatus implements Command {
    private static final List<String> COUNTS =
            List.of("Queued", "Starting", "Running", "Failed", "Complete", "Lost", "Unknown");

    @Override
    public String usage() {
        return "[flags] [job]";
    }

    @Override
    public String about() {
        return "Shows one job, named by its id or the beginning of it; without an argument, all jobs.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("all-allocs", "Also allocations of earlier jobs of this name."),
                Flag.toggle("evals", "Its evaluations too."),
                Flag.toggle("json", "As JSON."),
                Flag.toggle("short", "Without groups and allocations."),
                Flag.toggle("verbose", "Whole ids, absolute times, evaluations."),
                CommonFlags.template(),
                CommonFlags.browser());
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        if (invocation.arguments().words().isEmpty()) {
            list(invocation);
            return 0;
        }
        show(invocation, JobMatch.one(invocation, invocation.arguments().onlyWord("the job")));
        return 0;
    }

    private static void list(Invocation invocation) throws ApiException {
        var terminal = invocation.terminal();
        var jobs = invocation.nomad().get("/v1/jobs", Query.none()).body();
        if (invocation.arguments().has("json")) {
            terminal.json(jobs);
        } else if (jobs.items().isEmpty()) {
            terminal.line("No running jobs");
        } else {
            var everywhere =
                    invocation.first("namespace", "NOMAD_NAMESPACE", "").equals("*");
            terminal.table(JobMatch.table(jobs.items(), everywhere, terminal));
        }
    }

    /** Shows the job of a list entry. */
    public static void show(Invocation invocation, Json stub) throws ApiException {
        var terminal = invocation.terminal();
        var scope = JobRun.JobScope.of(stub);
        var path = "/v1/job/" + Query.encode(stub.text("ID"));
        var api = invocation.nomad();
        var job = api.get(path, scope.query()).body();
        if (invocation.arguments().has("json")) {
            terminal.json(job);
            return;
        }
        terminal.fields(overview(job, terminal));
        if (invocation.arguments().has("short")) {
            return;
        }
        if (isParent(job)) {
            new LaunchedJobs(invocation, job).print();
            return;
        }
        summary(api.get(path + "/summary", scope.query()).body(), terminal);
        var evaluations = api.get(path + "/evaluations", scope.query()).body().items();
        evaluations(invocation, evaluations);
        var all = scope.query().andIf(invocation.arguments().has("all-allocs"), "all", "true");
        var allocations = api.get(path + "/allocations", all).body().items();
        replacements(invocation, allocations, evaluations);
        placementFailure(job.text("ID"), evaluations, terminal);
        deployment(invocation, path, scope);
        allocations(invocation, allocations);
    }

    /** When failed allocations are to be replaced, by group. */
    private static void replacements(Invocation invocation, List<Json> allocations, List<Json> evaluations) {
        var waiting = new TreeMap<String, String>();
        for (var allocation : allocations) {
            var followUp = allocation.text("FollowupEvalID");
            if (!followUp.isEmpty()) {
                waiting.put(allocation.text("TaskGroup"), followUp);
            }
        }
        if (waiting.isEmpty()) {
            return;
        }
        var terminal = invocation.terminal();
        var table = new Table("Task Group", "Eval ID", "Eval Time");
        waiting.forEach((group, id) -> {
            for (var evaluation : evaluations) {
                if (evaluation.text("ID").equals(id)) {
                    table.row(
                            group,
                            Match.shown(id, invocation.arguments().has("verbose")),
                            Times.ofText(evaluation.text("WaitUntil"))
                                    .map(terminal::time)
                                    .orElse(""));
                }
            }
        });
        terminal.blankLine();
        terminal.title("Future Rescheduling Attempts");
        terminal.table(table);
    }

    /** True for a job of which only the jobs run that it launches. */
    private static boolean isParent(Json job) {
        var parameterized = !job.at("ParameterizedJob").isNull() && !job.isTrue("Dispatched");
        return parameterized || !job.at("Periodic").isNull();
    }

    private static Fields overview(Json job, Terminal terminal) {
        var submitted = Times.ofNanos(job.number("SubmitTime"));
        var next = NextLaunch.of(job, terminal.clock().instant());
        return new Fields()
                .put("ID", job.text("ID"))
                .put("Name", job.text("Name"))
                .put("Submit Date", submitted.isPresent() ? terminal.time(submitted.get()) : "")
                .put("Type", job.text("Type"))
                .put("Priority", job.text("Priority"))
                .put("Datacenters", String.join(",", job.texts("Datacenters")))
                .put("Namespace", job.text("Namespace"))
                .put("Node Pool", job.text("NodePool"))
                .put("Status", JobMatch.status(job))
                .putIf(!job.text("StatusDescription").isEmpty(), "Status Description", job.text("StatusDescription"))
                .put("Periodic", !job.at("Periodic").isNull())
                .put("Parameterized", !job.at("ParameterizedJob").isNull())
                .putIf(!job.text("ParentID").isEmpty(), "Parent", job.text("ParentID"))
                .putIf(
                        next.isPresent(),
                        "Next Periodic Launch",
                        next.map(it -> NextLaunch.shown(it, terminal)).orElse(""));
    }

    private static void summary(Json summary, Terminal terminal) {
        var headings = new ArrayList<>(List.of("Task Group"));
        headings.addAll(COUNTS);
        var table = new Table(headings);
        for (var group : summary.entries("Summary").entrySet()) {
            var cells = new ArrayList<>(List.of(group.getKey()));
            for (var count : COUNTS) {
                cells.add(Long.toString(group.getValue().number(count)));
            }
            table.row(cells);
        }
        terminal.blankLine();
        terminal.title("Summary");
        terminal.table(table);
    }

    private static void evaluations(Invocation invocation, List<Json> evaluations) {
        var verbose = invocation.arguments().has("verbose");
        if (!verbose && !invocation.arguments().has("evals") || evaluations.isEmpty()) {
            return;
        }
        var table = new Table("ID", "Priority", "Triggered By", "Status", "Placement Failures");
        for (var evaluation : evaluations) {
            table.row(
                    Match.shown(evaluation.text("ID"), verbose),
                    evaluation.text("Priority"),
                    evaluation.text("TriggeredBy"),
                    evaluation.text("Status"),
                    EvalList.failures(evaluation));
        }
        invocation.terminal().blankLine();
        invocation.terminal().title("Evaluations");
        invocation.terminal().table(table);
    }

    /** The reasons of the newest evaluation, if that one left something unplaced and still waits for room. */
    private static void placementFailure(String job, List<Json> evaluations, Terminal terminal) {
        var blocked = false;
        Json newest = new Json.Null();
        for (var evaluation : evaluations) {
            blocked |= evaluation.text("Status").equals("blocked");
            var failed = !evaluation.entries("FailedTGAllocs").isEmpty();
            if (failed && evaluation.number("CreateIndex") >= newest.number("CreateIndex")) {
                newest = evaluation;
            }
        }
        if (blocked && !newest.isNull()) {
            terminal.blankLine();
            terminal.title("Placement Failure");
            PlacementFailure.print(newest.entries("FailedTGAllocs"), "", terminal);
            terminal.line(PlacementFailure.pointer(job));
        }
    }

    private static void deployment(Invocation invocation, String path, JobRun.JobScope scope) throws ApiException {
        Json deployment;
        try {
            deployment =
                    invocation.nomad().get(path + "/deployment", scope.query()).body();
        } catch (ApiException failed) {
            if (!failed.isNotFound()) {
                throw failed;
            }
            return;
        }
        if (deployment.text("ID").isEmpty()) {
            return;
        }
        var terminal = invocation.terminal();
        terminal.blankLine();
        terminal.title("Latest Deployment");
        terminal.fields(new Fields()
                .put(
                        "ID",
                        Match.shown(
                                deployment.text("ID"), invocation.arguments().has("verbose")))
                .put("Status", deployment.text("Status"))
                .put("Description", deployment.text("StatusDescription")));
        terminal.blankLine();
        DeploymentView.groups(deployment, terminal);
    }

    private static void allocations(Invocation invocation, List<Json> allocations) {
        var terminal = invocation.terminal();
        terminal.blankLine();
        terminal.title("Allocations");
        if (allocations.isEmpty()) {
            terminal.line("No allocations placed");
            return;
        }
        terminal.table(AllocTable.of(allocations, invocation.arguments().has("verbose"), terminal));
    }
}
