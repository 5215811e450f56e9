package dev.steppe.cli.job;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import java.util.List;

/** Launches a periodic job now. */
public final class JobPeriodicForce implements Command {

    @Override
    public String usage() {
        return "[flags] <job>";
    }

    @Override
    public String about() {
        return "Launches a periodic job now, whatever its times say and even while an earlier launch still runs. Its times stay "
                + "as they are.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("detach", "Return once it is launched and print the evaluation's id."),
                Flag.toggle("verbose", "Whole ids."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        var stub = JobMatch.one(invocation, arguments.onlyWord("the job"));
        var scope = JobRun.JobScope.of(stub);
        var path = "/v1/job/" + Query.encode(stub.text("ID")) + "/periodic/force";
        var evaluation = invocation
                .nomad()
                .put(path, scope.query(), new Json.Fields().build())
                .body()
                .text("EvalID");
        if (arguments.has("detach")) {
            invocation.terminal().line("Force periodic successful");
            invocation.terminal().line("Evaluation ID: " + evaluation);
            return 0;
        }
        return new Monitor(invocation, scope, arguments.has("verbose")).followEvaluation(evaluation);
    }
}
