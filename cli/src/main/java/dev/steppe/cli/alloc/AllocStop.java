package dev.steppe.cli.alloc;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.job.Monitor;
import dev.steppe.cli.json.Json;
import java.util.List;
import java.util.Map;

/** Stops an allocation; the scheduler puts another instance in its place. */
public final class AllocStop implements Command {

    @Override
    public String usage() {
        return "[flags] <allocation>";
    }

    @Override
    public String about() {
        return "Stops an allocation and has another instance placed, on any node that fits.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("detach", "Return at once and print the evaluation's id."),
                Flag.toggle("no-shutdown-delay", "Do not wait for shutdown_delay of the group and its tasks."),
                Flag.toggle("verbose", "Whole ids."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        if (arguments.words().size() != 1) {
            throw new UsageException("this command takes one argument: the allocation");
        }
        var id = AllocMatch.one(invocation, arguments.words().getFirst());
        var query = Query.of("no_shutdown_delay", Boolean.toString(arguments.has("no-shutdown-delay")));
        var evaluation = invocation
                .nomad()
                .put("/v1/allocation/" + Query.encode(id) + "/stop", query, new Json.Obj(Map.of()))
                .body()
                .text("EvalID");
        if (arguments.has("detach")) {
            invocation.terminal().line(evaluation);
            return 0;
        }
        return Monitor.ofEvaluation(invocation, arguments.has("verbose")).followEvaluation(evaluation);
    }
}
