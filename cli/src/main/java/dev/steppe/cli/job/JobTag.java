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

/** Gives a version of a job a name, which also keeps it from being forgotten, or takes the name away. */
public final class JobTag implements Command {
    private final boolean apply;

    private JobTag(boolean apply) {
        this.apply = apply;
    }

    public static JobTag apply() {
        return new JobTag(true);
    }

    public static JobTag unset() {
        return new JobTag(false);
    }

    @Override
    public String usage() {
        return "[flags] -name <tag> <job>";
    }

    @Override
    public String about() {
        return apply
                ? "Tags a version of a job, the newest one unless -version names another. A tagged version is kept until "
                        + "the tag is unset; job revert and job history take the tag in place of a number."
                : "Takes a tag from the version of a job that has it. The version is forgotten when its time comes.";
    }

    @Override
    public List<Flag> flags() {
        var name = Flag.text("name", "tag", "The tag.");
        return apply
                ? List.of(
                        name,
                        Flag.text("description", "text", "What people should know of it."),
                        Flag.number("version", "n", "This version instead of the newest."))
                : List.of(name);
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        var written = arguments.onlyWord("the job");
        var name = arguments.text("name").orElse("");
        if (name.isEmpty() || name.chars().allMatch(Character::isDigit)) {
            throw new UsageException("-name must be given, and be more than a number");
        }
        var stub = JobMatch.one(invocation, written);
        var path = "/v1/job/" + Query.encode(stub.text("ID")) + "/versions/" + Query.encode(name) + "/tag";
        var query = JobRun.JobScope.of(stub).query();
        if (!apply) {
            invocation.nomad().delete(path, query);
            invocation.terminal().line("Tag \"" + name + "\" is no longer on job \"" + stub.text("ID") + "\"");
            return 0;
        }
        var body = new Json.Fields()
                .put("Description", arguments.text("description").orElse(""));
        var version = arguments.number("version");
        if (version.isPresent()) {
            body.put("Version", version.get());
        } else {
            body.put("Latest", true);
        }
        invocation.nomad().put(path, query, body.build());
        invocation
                .terminal()
                .line("Tag \"" + name + "\" is on "
                        + (version.isPresent() ? "version " + version.get() : "the newest version") + " of job \""
                        + stub.text("ID") + "\"");
        return 0;
    }
}
