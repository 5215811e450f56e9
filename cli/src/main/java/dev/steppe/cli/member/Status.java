package dev.steppe.cli.member;

import dev.steppe.cli.alloc.AllocStatus;
import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Match;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.evaluation.EvalStatus;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.job.JobStatus;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.node.NodeDetails;
import dev.steppe.cli.terminal.Table;
import java.util.List;

/** Shows whatever has this name or id: a job, an allocation, a node or an evaluation; without one, the jobs. */
public final class Status implements Command {

    @Override
    public String usage() {
        return "[flags] [name or id]";
    }

    @Override
    public String about() {
        return "Shows the job, allocation, node or evaluation that has this name or whose id begins so; without an "
                + "argument, all jobs.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("json", "As JSON."),
                Flag.toggle("verbose", "Whole ids, absolute times."),
                CommonFlags.browser());
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        if (invocation.arguments().words().isEmpty()) {
            return new JobStatus().run(invocation);
        }
        var wanted = invocation.arguments().onlyWord("a name or an id");
        var api = invocation.nomad();
        var jobs = api.get("/v1/jobs", Query.of("prefix", wanted)).body().items();
        for (var job : jobs) {
            if (job.text("ID").equals(wanted)) {
                JobStatus.show(invocation, job);
                return 0;
            }
        }
        var allocations = byId(invocation, "/v1/allocations", wanted);
        var nodes = byId(invocation, "/v1/nodes", wanted);
        var evaluations = byId(invocation, "/v1/evaluations", wanted);
        var count = jobs.size() + allocations.size() + nodes.size() + evaluations.size();
        if (count == 0) {
            throw new CommandFailure("No matches found for id \"" + wanted + "\"");
        }
        if (count > 1) {
            throw new CommandFailure("Multiple matches found for id \"" + wanted + "\"\n\n"
                    + candidates(jobs, allocations, nodes, evaluations).render());
        }
        if (!jobs.isEmpty()) {
            JobStatus.show(invocation, jobs.getFirst());
        } else if (!allocations.isEmpty()) {
            AllocStatus.show(invocation, one(invocation, "/v1/allocation/", allocations));
        } else if (!nodes.isEmpty()) {
            NodeDetails.show(invocation, nodes.getFirst().text("ID"));
        } else {
            EvalStatus.show(invocation, one(invocation, "/v1/evaluation/", evaluations));
        }
        return 0;
    }

    private static List<Json> byId(Invocation invocation, String path, String wanted) throws ApiException {
        return wanted.length() < 2 ? List.of() : Match.all(invocation.nomad(), path, wanted);
    }

    private static Json one(Invocation invocation, String path, List<Json> found) throws ApiException {
        return invocation
                .nomad()
                .get(path + Query.encode(found.getFirst().text("ID")), Query.none())
                .body();
    }

    private static Table candidates(List<Json> jobs, List<Json> allocations, List<Json> nodes, List<Json> evaluations) {
        var table = new Table("Kind", "ID");
        add(table, "job", jobs);
        add(table, "allocation", allocations);
        add(table, "node", nodes);
        add(table, "evaluation", evaluations);
        return table;
    }

    private static void add(Table table, String kind, List<Json> found) {
        for (var item : found) {
            table.row(kind, item.text("ID"));
        }
    }
}
