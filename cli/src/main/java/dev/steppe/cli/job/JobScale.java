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

/** Changes the count of a group without touching the rest of the job. */
public final class JobScale implements Command {

    @Override
    public String usage() {
        return "[flags] <job> [group] <count>";
    }

    @Override
    public String about() {
        return "Changes how many instances of a group are kept, within the bounds that its scaling block sets. The group of a "
                + "job with only one need not be named.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.number("check-index", "index", "Only if the job's modify index still is this one."),
                Flag.toggle("detach", "Return at once and print the evaluation's id."),
                Flag.toggle("verbose", "Whole ids."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        var words = arguments.words();
        if (words.size() < 2 || words.size() > 3) {
            throw new UsageException("this command takes two or three arguments: the job, its group and the count");
        }
        var stub = JobMatch.one(invocation, words.getFirst());
        var scope = JobRun.JobScope.of(stub);
        var path = "/v1/job/" + Query.encode(stub.text("ID"));
        var groups = List.copyOf(invocation
                .nomad()
                .get(path + "/scale", scope.query())
                .body()
                .entries("TaskGroups")
                .keySet());
        if (words.size() == 2 && groups.size() != 1) {
            throw new CommandFailure("Group name required: the job has the groups " + String.join(", ", groups));
        }
        var body = new Json.Fields()
                .put("Count", count(words.getLast()))
                .put(
                        "Target",
                        new Json.Fields()
                                .put("Group", words.size() == 3 ? words.get(1) : groups.getFirst())
                                .build())
                .put("Message", "submitted using the command line");
        arguments.number("check-index").ifPresent(index -> body.put("JobModifyIndex", index));
        var reply = invocation
                .nomad()
                .put(path + "/scale", scope.query(), body.build())
                .body();
        JobRun.warn(reply, invocation);
        var evaluation = reply.text("EvalID");
        if (evaluation.isEmpty() || arguments.has("detach")) {
            invocation.terminal().line(evaluation.isEmpty() ? "Job scaled" : "Evaluation ID: " + evaluation);
            return 0;
        }
        return new Monitor(invocation, scope, arguments.has("verbose")).follow(evaluation);
    }

    private static long count(String written) throws UsageException {
        try {
            return Long.parseUnsignedLong(written);
        } catch (NumberFormatException notACount) {
            throw new UsageException("the count \"" + written + "\" is not a whole number");
        }
    }
}
