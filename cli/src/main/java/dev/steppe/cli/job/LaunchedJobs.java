package dev.steppe.cli.job;

import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Fields;
import dev.steppe.cli.terminal.Table;
import dev.steppe.cli.terminal.Times;

/** The part of a job's status that tells of the jobs it launched: how many are how far, and which they are. */
final class LaunchedJobs {
    private final Invocation invocation;
    private final Json job;

    LaunchedJobs(Invocation invocation, Json job) {
        this.invocation = invocation;
        this.job = job;
    }

    void print() throws ApiException {
        var terminal = invocation.terminal();
        var scope = JobRun.JobScope.of(job);
        var api = invocation.nomad();
        var parameterized = !job.at("ParameterizedJob").isNull() && !job.isTrue("Dispatched");
        if (parameterized) {
            parameters();
        }
        var summary = api.get("/v1/job/" + Query.encode(job.text("ID")) + "/summary", scope.query())
                .body();
        var children = summary.at("Children");
        terminal.blankLine();
        terminal.title(parameterized ? "Parameterized Job Summary" : "Children Job Summary");
        terminal.table(new Table("Pending", "Running", "Dead")
                .row(
                        Long.toString(children.number("Pending")),
                        Long.toString(children.number("Running")),
                        Long.toString(children.number("Dead"))));
        var table = new Table("ID", "Status", "Submit Date");
        var found = api.get("/v1/jobs", scope.query().and("prefix", job.text("ID") + "/"))
                .body();
        for (var child : found.items()) {
            if (child.text("ParentID").equals(job.text("ID"))) {
                table.row(
                        child.text("ID"),
                        JobMatch.status(child),
                        Times.ofNanos(child.number("SubmitTime"))
                                .map(terminal::time)
                                .orElse(""));
            }
        }
        terminal.blankLine();
        terminal.title(parameterized ? "Dispatched Jobs" : "Previously Launched Jobs");
        if (table.isEmpty()) {
            terminal.line(
                    parameterized
                            ? "No dispatched instances of parameterized job found"
                            : "No instances of periodic job found");
        } else {
            terminal.table(table);
        }
    }

    private void parameters() {
        var config = job.at("ParameterizedJob");
        invocation.terminal().blankLine();
        invocation.terminal().title("Parameterized Job");
        invocation
                .terminal()
                .fields(new Fields()
                        .put("Payload", config.text("Payload"))
                        .put("Required Metadata", String.join(", ", config.texts("MetaRequired")))
                        .put("Optional Metadata", String.join(", ", config.texts("MetaOptional"))));
    }
}
