package dev.steppe.cli.job;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.Api;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import java.util.List;
import java.util.Optional;

/** Runs a job again that was stopped, as it was then, and follows it. */
public final class JobStart implements Command {

    @Override
    public String usage() {
        return "[flags] <job>";
    }

    @Override
    public String about() {
        return "Registers a stopped job again as it was when it was stopped, with its counts, and follows it until it runs. "
                + "Exit code 0 when it does, 1 when something failed, 2 when an allocation found no node.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("detach", "Return once it is registered and print the evaluation's id."),
                Flag.toggle("verbose", "Whole ids."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        var stub = JobMatch.one(invocation, arguments.onlyWord("the job"));
        var scope = JobRun.JobScope.of(stub);
        var api = invocation.nomad();
        var path = "/v1/job/" + Query.encode(stub.text("ID"));
        var job = api.get(path, scope.query()).body();
        if (!job.isTrue("Stop")) {
            throw new CommandFailure(
                    "Job \"" + stub.text("ID") + "\" is not stopped: its status is " + job.text("Status"));
        }
        // who changes it meanwhile makes this a refusal
        var request = new Json.Fields()
                .put("Job", job)
                .put("EnforceIndex", true)
                .put("JobModifyIndex", job.number("JobModifyIndex"));
        submission(api, path, scope.query().and("version", job.text("Version")))
                .ifPresent(source -> request.put("Submission", source));
        var reply = api.put("/v1/jobs", scope.query(), request.build()).body();
        JobRun.warn(reply, invocation);
        var evaluation = reply.text("EvalID");
        if (evaluation.isEmpty() || arguments.has("detach")) {
            invocation.terminal().line("Job start successful");
            if (!evaluation.isEmpty()) {
                invocation.terminal().line("Evaluation ID: " + evaluation);
            }
            return 0;
        }
        return new Monitor(invocation, scope, arguments.has("verbose")).follow(evaluation);
    }

    /** What its version was made from, where that is kept. */
    private static Optional<Json> submission(Api api, String path, Query query) throws ApiException {
        try {
            return Optional.of(api.get(path + "/submission", query).body());
        } catch (ApiException failed) {
            if (failed.isNotFound()) {
                return Optional.empty();
            }
            throw failed;
        }
    }
}
