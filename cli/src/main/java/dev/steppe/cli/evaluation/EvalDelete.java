package dev.steppe.cli.evaluation;

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

/** Forgets evaluations that are over, blocked or wait for a time. */
public final class EvalDelete implements Command {

    @Override
    public String usage() {
        return "[flags] [<evaluation> ...]";
    }

    @Override
    public String about() {
        return "Forgets evaluations, named by their whole ids or chosen by a filter: those that are over, blocked or wait. What is over is forgotten "
                + "by itself too, and all of it at once by system gc.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("yes", "Do not ask."),
                Flag.text("filter", "expression", "Those for which this is true, in place of ids."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException, IOException {
        var ids = invocation.arguments().words();
        var filter = invocation.arguments().text("filter");
        var terminal = invocation.terminal();
        if (ids.isEmpty() == filter.isEmpty()) {
            throw new UsageException("this command takes either one or more arguments, the evaluations, or -filter");
        }
        long count = filter.isPresent() ? chosen(invocation, filter.get()) : ids.size();
        var what = count + (count == 1 ? " evaluation" : " evaluations");
        if (!invocation.arguments().has("yes")
                && !new Questions(terminal).agreed("Are you sure you want to delete " + what + "?", "add -yes")) {
            terminal.line("Cancelling eval deletion");
            return 0;
        }
        var body = filter.isPresent()
                ? new Json.Fields().put("Filter", Json.of(filter.get()))
                : new Json.Fields()
                        .put("EvalIDs", new Json.Arr(ids.stream().map(Json::of).toList()));
        var reply = invocation
                .nomad()
                .delete("/v1/evaluations", Query.none(), body.build())
                .body();
        terminal.line("Successfully deleted " + reply.number("Count")
                + (reply.number("Count") == 1 ? " evaluation" : " evaluations"));
        return 0;
    }

    private static long chosen(Invocation invocation, String filter) throws ApiException {
        return invocation
                .nomad()
                .get("/v1/evaluations", Query.none().andIf(true, "filter", filter))
                .body()
                .items()
                .size();
    }
}
