package dev.steppe.cli.job;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Terminal;
import java.util.List;

/** Prints a registered job as JSON, or the text it was submitted as. */
public final class JobInspect implements Command {

    @Override
    public String usage() {
        return "[flags] <job>";
    }

    @Override
    public String about() {
        return "Prints a registered job: as JSON that job run takes back, or with -hcl as it was submitted.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("hcl", "The source as submitted."),
                Flag.toggle("json", "As JSON, which is the default."),
                Flag.number("version", "n", "This version instead of the current one."),
                Flag.toggle("with-vars", "With -hcl, also the values given for its variables."),
                CommonFlags.template());
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        var stub = JobMatch.one(invocation, arguments.onlyWord("the job"));
        var version = arguments.number("version");
        var path = "/v1/job/" + Query.encode(stub.text("ID"));
        var scope = JobRun.JobScope.of(stub);
        var api = invocation.nomad();
        var job = version.isPresent()
                ? version(api.get(path + "/versions", scope.query()).body(), version.get())
                : api.get(path, scope.query()).body();
        if (arguments.has("hcl")) {
            var query = scope.query().and("version", Long.toString(job.number("Version")));
            var submission = api.get(path + "/submission", query).body();
            invocation.terminal().line(submission.text("Source").stripTrailing());
            if (arguments.has("with-vars")) {
                variables(submission, invocation.terminal());
            }
            return 0;
        }
        invocation.terminal().json(new Json.Fields().put("Job", job).build());
        return 0;
    }

    private static void variables(Json submission, Terminal terminal) {
        terminal.blankLine();
        for (var flag : submission.entries("VariableFlags").entrySet()) {
            terminal.line("# -var " + flag.getKey() + "=" + flag.getValue().text());
        }
        submission.text("Variables").lines().forEach(line -> terminal.line(("# " + line).stripTrailing()));
    }

    private static Json version(Json versions, long wanted) throws CommandFailure {
        for (var job : versions.items("Versions")) {
            if (job.number("Version") == wanted) {
                return job;
            }
        }
        throw new CommandFailure("No version " + wanted + " of the job is kept");
    }
}
