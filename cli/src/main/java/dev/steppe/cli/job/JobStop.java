package dev.steppe.cli.job;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Questions;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import java.io.IOException;
import java.util.List;

/** Stops jobs, one after the other, and follows each evaluation. */
public final class JobStop implements Command {

    @Override
    public String usage() {
        return "[flags] <job> ...";
    }

    @Override
    public String about() {
        return "Stops jobs: their allocations end, their definition stays unless -purge. A name that is only the beginning "
                + "of a job's id is asked about first.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("detach", "Return at once and print the evaluation's id."),
                Flag.toggle("global", "In all regions; a job belongs to one, so that nothing is to be added."),
                Flag.toggle("no-shutdown-delay", "Do not wait for shutdown_delay of the job's groups and tasks."),
                Flag.toggle("purge", "Forget the job as well."),
                Flag.toggle("verbose", "Whole ids."),
                Flag.toggle("yes", "Do not ask."),
                Flag.refused("eval-priority", "the evaluation has the priority of the job"));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException, IOException {
        var names = invocation.arguments().words();
        if (names.isEmpty()) {
            throw new UsageException("this command takes one or more arguments: the jobs to stop");
        }
        var questions = new Questions(invocation.terminal());
        var worst = 0;
        for (var name : names) {
            var job = JobMatch.one(invocation, name);
            var id = job.text("ID");
            if (id.equals(name) || invocation.arguments().has("yes") || agreed(questions, id)) {
                worst = Math.max(worst, stop(invocation, job, id));
            } else {
                invocation.terminal().line("Cancelling job stop");
            }
        }
        return worst;
    }

    private static boolean agreed(Questions questions, String id) throws CommandFailure, IOException {
        return questions.agreed(
                "Are you sure you want to stop job \"" + id + "\"?", "write the job's whole id or add -yes");
    }

    private static int stop(Invocation invocation, Json job, String id) throws CommandFailure, ApiException {
        var arguments = invocation.arguments();
        var terminal = invocation.terminal();
        var scope = JobRun.JobScope.of(job);
        var query = scope.query()
                .and("purge", Boolean.toString(arguments.has("purge")))
                .andIf(arguments.has("no-shutdown-delay"), "no_shutdown_delay", "true");
        var reply =
                invocation.nomad().delete("/v1/job/" + Query.encode(id), query).body();
        var evaluation = reply.text("EvalID");
        if (evaluation.isEmpty()) {
            return 0;
        }
        if (arguments.has("detach")) {
            terminal.line(evaluation);
            return 0;
        }
        return new Monitor(invocation, scope, arguments.has("verbose")).followEvaluation(evaluation);
    }
}
