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
import dev.steppe.cli.terminal.Fields;
import dev.steppe.cli.terminal.Times;
import java.util.ArrayList;
import java.util.List;

/** Shows the kept versions of a job, newest first, and how they differ. */
public final class JobHistory implements Command {

    @Override
    public String usage() {
        return "[flags] <job>";
    }

    @Override
    public String about() {
        return "Shows the kept versions of a job, newest first. The newest six are kept, and those that are tagged, stable "
                + "or still run.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("p", "Show how each version differs from the one before it."),
                Flag.toggle("full", "The whole definition of each version, as JSON."),
                Flag.number("version", "n", "Only this version."),
                Flag.number("diff-version", "n", "Show how each differs from this version."),
                Flag.text("diff-tag", "name", "Show how each differs from the version with this tag."),
                Flag.toggle("json", "As JSON."),
                CommonFlags.template());
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        var stub = JobMatch.one(invocation, arguments.onlyWord("the job"));
        var against = arguments.number("diff-version");
        var tag = arguments.text("diff-tag");
        if (against.isPresent() && tag.isPresent()) {
            throw new UsageException("-diff-version and -diff-tag exclude each other");
        }
        var withDiffs = arguments.has("p") || against.isPresent() || tag.isPresent();
        var query = JobRun.JobScope.of(stub)
                .query()
                .andIf(withDiffs, "diffs", "true")
                .andIf(against.isPresent(), "diff_version", Long.toString(against.orElse(0L)))
                .andIf(tag.isPresent(), "diff_tag", tag.orElse(""));
        var reply = invocation
                .nomad()
                .get("/v1/job/" + Query.encode(stub.text("ID")) + "/versions", query)
                .body();
        var shown = chosen(invocation, reply, against.isPresent() || tag.isPresent());
        if (arguments.has("json") || arguments.has("full")) {
            invocation
                    .terminal()
                    .json(new Json.Arr(shown.stream().map(Version::job).toList()));
            return 0;
        }
        for (int i = 0; i < shown.size(); i++) {
            if (i > 0) {
                invocation.terminal().blankLine();
            }
            print(invocation, shown.get(i));
        }
        return 0;
    }

    private record Version(Json job, Json diff) {}

    /** Differences come without one for the oldest version, unless all are against the same other one. */
    private static List<Version> chosen(Invocation invocation, Json reply, boolean againstOne) throws CommandFailure {
        var versions = reply.items("Versions");
        var diffs = reply.items("Diffs");
        var wanted = invocation.arguments().number("version");
        List<Version> shown = new ArrayList<>();
        for (int i = 0; i < versions.size(); i++) {
            var job = versions.get(i);
            if (wanted.isEmpty() || job.number("Version") == wanted.get()) {
                var hasDiff = i < diffs.size() && (againstOne || i + 1 < versions.size());
                shown.add(new Version(job, hasDiff ? diffs.get(i) : new Json.Null()));
            }
        }
        if (shown.isEmpty()) {
            throw new CommandFailure("No version " + wanted.orElse(0L) + " of the job is kept");
        }
        return shown;
    }

    private static void print(Invocation invocation, Version version) {
        var terminal = invocation.terminal();
        var job = version.job();
        var submitted = Times.ofNanos(job.number("SubmitTime"));
        var tag = job.at("VersionTag");
        terminal.fields(new Fields()
                .put("Version", job.text("Version"))
                .put("Stable", job.isTrue("Stable"))
                .put("Submit Date", submitted.isPresent() ? terminal.time(submitted.get()) : "")
                .putIf(job.isTrue("Stop"), "Stopped", "true")
                .putIf(!tag.isNull(), "Tag Name", tag.text("Name"))
                .putIf(!tag.text("Description").isEmpty(), "Tag Description", tag.text("Description"))
                .putIf(
                        !version.diff().isNull() && !JobDifference.isChange(version.diff()),
                        "Diff",
                        "none in what is to run"));
        if (!version.diff().isNull() && JobDifference.isChange(version.diff())) {
            terminal.title("Diff");
            new JobDifference(terminal, false).print(version.diff());
        }
    }
}
