package dev.steppe.cli.job;

import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Table;
import dev.steppe.cli.terminal.Terminal;
import dev.steppe.cli.terminal.Times;
import java.util.List;

/** Finds the job a person means: the whole id first, else the only job whose id begins so. */
final class JobMatch {
    private JobMatch() {}

    /** The list entry of the job. */
    static Json one(Invocation invocation, String written) throws CommandFailure, ApiException {
        var found = invocation
                .nomad()
                .get("/v1/jobs", Query.of("prefix", written))
                .body()
                .items();
        for (var job : found) {
            if (job.text("ID").equals(written)) {
                return job;
            }
        }
        if (found.isEmpty()) {
            throw new CommandFailure("No job(s) with prefix or ID \"" + written + "\" found");
        }
        if (found.size() > 1) {
            throw new CommandFailure("Prefix matched multiple jobs\n\n"
                    + table(found, false, invocation.terminal()).render());
        }
        return found.getFirst();
    }

    /** Jobs as a table. */
    static Table table(List<Json> jobs, boolean withNamespace, Terminal terminal) {
        var table = withNamespace
                ? new Table("ID", "Namespace", "Type", "Priority", "Status", "Submit Date")
                : new Table("ID", "Type", "Priority", "Status", "Submit Date");
        for (var job : jobs) {
            var submitted = Times.ofNanos(job.number("SubmitTime"));
            var date = submitted.isPresent() ? terminal.time(submitted.get()) : "";
            var status = status(job);
            if (withNamespace) {
                table.row(job.text("ID"), job.text("Namespace"), type(job), job.text("Priority"), status, date);
            } else {
                table.row(job.text("ID"), type(job), job.text("Priority"), status, date);
            }
        }
        return table;
    }

    private static String type(Json job) {
        var suffix = job.at("Periodic") instanceof Json.Bool periodic && periodic.value() ? "/periodic" : "";
        var parameterized = job.at("ParameterizedJob") instanceof Json.Bool flag && flag.value();
        return job.text("Type") + suffix + (parameterized ? "/parameterized" : "");
    }

    /** The status as people know it: a job that was stopped says so. */
    static String status(Json job) {
        return job.text("Status") + (job.isTrue("Stop") ? " (stopped)" : "");
    }
}
