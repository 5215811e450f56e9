package dev.steppe.cli.explain;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Match;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Table;
import java.util.List;

/** Says why a job, an allocation or an evaluation is as it is, node by node, and what would help. */
public final class Explain implements Command {

    @Override
    public String usage() {
        return "[flags] <job, allocation or evaluation>";
    }

    @Override
    public String about() {
        return "Says why instances have no place or do not run: for each node the first check that fails, with the value "
                + "there and who holds what is wanted; the best nodes with their scores; what happened last, what comes "
                + "next, and what would help. Takes the name of a job, or the beginning of an id.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("json", "As JSON."),
                Flag.toggle("verbose", "Whole ids, and nodes also for groups that have all their places."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var explained = explained(invocation, invocation.arguments().onlyWord("a job, an allocation or an evaluation"));
        if (invocation.arguments().has("json")) {
            invocation.terminal().json(explained);
        } else {
            new Explanation(invocation.terminal(), invocation.arguments().has("verbose")).print(explained);
        }
        return 0;
    }

    private static Json explained(Invocation invocation, String wanted) throws CommandFailure, ApiException {
        var jobs = invocation
                .nomad()
                .get("/v1/jobs", Query.of("prefix", wanted))
                .body()
                .items();
        for (var job : jobs) {
            if (job.text("ID").equals(wanted)) {
                return ofJob(invocation, job);
            }
        }
        var allocations = byId(invocation, "/v1/allocations", wanted);
        var evaluations = byId(invocation, "/v1/evaluations", wanted);
        var count = jobs.size() + allocations.size() + evaluations.size();
        if (count == 0) {
            throw new CommandFailure("No job, allocation or evaluation matches \"" + wanted + "\"");
        }
        if (count > 1) {
            var table = new Table("Kind", "ID");
            add(table, "job", jobs);
            add(table, "allocation", allocations);
            add(table, "evaluation", evaluations);
            throw new CommandFailure("Several match \"" + wanted + "\"\n\n" + table.render());
        }
        if (!jobs.isEmpty()) {
            return ofJob(invocation, jobs.getFirst());
        }
        return allocations.isEmpty()
                ? get(invocation, "evaluation", evaluations.getFirst(), Query.none())
                : get(invocation, "allocation", allocations.getFirst(), Query.none());
    }

    private static Json ofJob(Invocation invocation, Json job) throws ApiException {
        return get(invocation, "job", job, Query.of("namespace", job.text("Namespace")));
    }

    private static Json get(Invocation invocation, String kind, Json found, Query query) throws ApiException {
        return invocation
                .nomad()
                .get("/v1/explain/" + kind + "/" + Query.encode(found.text("ID")), query)
                .body();
    }

    private static List<Json> byId(Invocation invocation, String path, String wanted) throws ApiException {
        return wanted.length() < 2 ? List.of() : Match.all(invocation.nomad(), path, wanted);
    }

    private static void add(Table table, String kind, List<Json> found) {
        for (var item : found) {
            table.row(kind, item.text("ID"));
        }
    }
}
