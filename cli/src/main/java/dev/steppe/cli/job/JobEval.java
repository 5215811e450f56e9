package dev.steppe.cli.job;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import java.io.IOException;
import java.util.List;

/** Has the scheduler look at a job again. */
public final class JobEval implements Command {

    @Override
    public String usage() {
        return "[flags] <job>";
    }

    @Override
    public String about() {
        return "Has the scheduler look at a job again, and follows what comes of it.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("detach", "Return at once and print the evaluation's id."),
                Flag.toggle("force-reschedule", "Replace failed allocations now, whatever their policy says."),
                Flag.toggle("verbose", "Whole ids."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException, IOException {
        var arguments = invocation.arguments();
        var stub = JobMatch.one(invocation, arguments.onlyWord("the job"));
        var scope = JobRun.JobScope.of(stub);
        var options = new Json.Fields().put("ForceReschedule", arguments.has("force-reschedule"));
        var body = new Json.Fields().put("JobID", stub.text("ID")).put("EvalOptions", options.build());
        var path = "/v1/job/" + Query.encode(stub.text("ID")) + "/evaluate";
        var evaluation =
                invocation.nomad().put(path, scope.query(), body.build()).body().text("EvalID");
        if (arguments.has("detach")) {
            invocation.terminal().line("Created eval ID: \"" + evaluation + "\"");
            return 0;
        }
        return new Monitor(invocation, scope, arguments.has("verbose")).followEvaluation(evaluation);
    }
}
