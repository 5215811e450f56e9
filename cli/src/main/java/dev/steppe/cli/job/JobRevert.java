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

/** Takes a job back to an earlier version, named by number or tag, and follows it. */
public final class JobRevert implements Command {

    @Override
    public String usage() {
        return "[flags] <job> <version or tag>";
    }

    @Override
    public String about() {
        return "Registers an earlier version of a job as its newest one and follows it until it runs. The versions there are: "
                + "steppe job history.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("detach", "Return once it is registered and print the evaluation's id."),
                Flag.toggle("verbose", "Whole ids."),
                Flag.refused("consul-token", "jobs need no token of the catalog"),
                Flag.refused("vault-token", "vault is not part of this version"));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException, IOException {
        var arguments = invocation.arguments();
        if (arguments.words().size() != 2) {
            throw new UsageException("this command takes two arguments: the job, and a version or tag");
        }
        var stub = JobMatch.one(invocation, arguments.words().get(0));
        var scope = JobRun.JobScope.of(stub);
        var path = "/v1/job/" + Query.encode(stub.text("ID"));
        var version = version(
                invocation.nomad().get(path + "/versions", scope.query()).body(),
                arguments.words().get(1));
        var body = new Json.Fields()
                .put("JobID", stub.text("ID"))
                .put("JobVersion", version)
                .build();
        var reply =
                invocation.nomad().put(path + "/revert", scope.query(), body).body();
        JobRun.warn(reply, invocation);
        var evaluation = reply.text("EvalID");
        if (arguments.has("detach")) {
            invocation.terminal().line("Evaluation ID: " + evaluation);
            return 0;
        }
        return new Monitor(invocation, scope, arguments.has("verbose")).follow(evaluation);
    }

    /** A number is a version even if a tag is called so. */
    static long version(Json versions, String written) throws CommandFailure {
        var isNumber = written.chars().allMatch(Character::isDigit);
        for (var job : versions.items("Versions")) {
            var named = isNumber
                    ? job.text("Version").equals(written)
                    : job.at("VersionTag").text("Name").equals(written);
            if (named) {
                return job.number("Version");
            }
        }
        throw new CommandFailure(
                isNumber
                        ? "No version " + written + " of the job is kept"
                        : "No version of the job has the tag \"" + written + "\"");
    }
}
