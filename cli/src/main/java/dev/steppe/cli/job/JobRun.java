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
import dev.steppe.jobspec.ParsedJob;
import dev.steppe.model.specification.Examination;
import dev.steppe.model.specification.Finding;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/** Submits a job and follows it: evaluation, placements, then every task until it runs and is healthy. */
public final class JobRun implements Command {

    @Override
    public String usage() {
        return "[flags] <path>";
    }

    @Override
    public String about() {
        return "Registers the job of a file, of standard input (-) or of a JSON document, or updates it, and follows it "
                + "until all allocations run and are healthy. Exit code 0 when they do, 1 when something failed, 2 when "
                + "an allocation found no node.";
    }

    @Override
    public List<Flag> flags() {
        var nothing = "there is nothing it could override in this version";
        return List.of(
                Flag.text("check-index", "index", "Only if the job's modify index still is this one; 0: only if new."),
                Flag.toggle("detach", "Return once the job is registered and print the evaluation's id."),
                Flag.text("eval-priority", "number", "The priority of this one evaluation, instead of the job's."),
                Flag.toggle("json", "The file is JSON."),
                Flag.toggle("preserve-counts", "Groups that are registered already keep their counts."),
                Flag.toggle("preserve-resources", "Tasks that are registered already keep their resources."),
                Flag.toggle("output", "Print the job as JSON instead of submitting it."),
                Flag.repeated("var", "name=value", "The value of a variable of the file; may be repeated."),
                Flag.repeated("var-file", "path", "A file with values of variables; may be repeated."),
                Flag.toggle("verbose", "Whole ids."),
                Flag.refused("policy-override", nothing),
                JobFileText.strictFlag(),
                Flag.refused("hcl1", "job files are HCL2"),
                Flag.refused("consul-namespace", "write it into the job file"),
                Flag.refused("vault-namespace", "write it into the job file"),
                CommonFlags.browser());
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException, IOException {
        var arguments = invocation.arguments();
        var terminal = invocation.terminal();
        var path = arguments.onlyWord("the path of a job file");
        var checkedIndex = checkedIndex(invocation);
        var file = JobFileText.read(invocation, path);
        var parsed = file.parsed(invocation);
        var job = JobFileText.json(parsed);
        if (arguments.has("output")) {
            terminal.json(new Json.Fields().put("Job", job).build());
            return 0;
        }
        var reply = register(invocation, job, file, checkedIndex);
        warn(reply, parsed, invocation);
        var evaluationId = reply.text("EvalID");
        if (evaluationId.isEmpty() || arguments.has("detach")) {
            terminal.line("Job registration successful");
            NextLaunch.of(job, terminal.clock().instant())
                    .ifPresent(
                            next -> terminal.line("Approximate next launch time: " + NextLaunch.shown(next, terminal)));
            if (!evaluationId.isEmpty()) {
                terminal.line("Evaluation ID: " + evaluationId);
            }
            return 0;
        }
        return new Monitor(invocation, JobScope.ofFile(job, invocation), arguments.has("verbose")).follow(evaluationId);
    }

    private static long checkedIndex(Invocation invocation) throws UsageException {
        var written = invocation.arguments().text("check-index");
        if (written.isEmpty()) {
            return -1;
        }
        return number("check-index", written.get());
    }

    private static long number(String flag, String written) throws UsageException {
        try {
            return Long.parseUnsignedLong(written);
        } catch (NumberFormatException notNumber) {
            throw new UsageException("flag -" + flag + ": \"" + written + "\" is not a number");
        }
    }

    private static Json register(Invocation invocation, Json job, JobFileText file, long checkedIndex)
            throws UsageException, CommandFailure, ApiException {
        var request = new Json.Fields().put("Job", job).put("Submission", file.submission());
        var priority = invocation.arguments().text("eval-priority");
        if (priority.isPresent()) {
            request.put("EvalPriority", number("eval-priority", priority.get()));
        }
        for (var kept : List.of("preserve-counts", "preserve-resources")) {
            if (invocation.arguments().has(kept)) {
                request.put(kept.equals("preserve-counts") ? "PreserveCounts" : "PreserveResources", true);
            }
        }
        if (checkedIndex >= 0) {
            request.put("EnforceIndex", true).put("JobModifyIndex", checkedIndex);
        }
        try {
            return invocation
                    .nomad()
                    .put("/v1/jobs", JobScope.ofFile(job, invocation).query(), request.build())
                    .body();
        } catch (ApiException refused) {
            if (refused.body().contains("Enforcing job modify index")) {
                throw new CommandFailure(refused.body() + "\nJob not updated");
            }
            if (refused.status() == 0) {
                throw refused;
            }
            throw new CommandFailure("Error submitting job: " + refused.getMessage());
        }
    }

    /** Shows what the server wants to be known, without what was said of the file before. */
    static void warn(Json reply, ParsedJob parsed, Invocation invocation) {
        var known = Examination.of(parsed.job()).stream().map(Finding::message).toList();
        warn(reply, known, invocation);
    }

    /** Shows what the server wants to be known. */
    static void warn(Json reply, Invocation invocation) {
        warn(reply, List.of(), invocation);
    }

    private static void warn(Json reply, List<String> known, Invocation invocation) {
        var warnings = reply.text("Warnings")
                .lines()
                .filter(line -> !known.contains(line))
                .collect(Collectors.joining("\n"));
        if (!warnings.isEmpty()) {
            invocation.terminal().line(invocation.terminal().yellow("Job Warnings:\n" + warnings));
            invocation.terminal().blankLine();
        }
    }

    /** Where a job lives. */
    record JobScope(String namespace, String region) {

        /** Of a job the server knows. */
        static JobScope of(Json job) {
            return new JobScope(job.text("Namespace"), job.text("Region"));
        }

        /** Of a job file: what it says wins over flags and environment; saying the default counts as saying nothing. */
        static JobScope ofFile(Json job, Invocation invocation) {
            var namespace = job.text("Namespace");
            var region = job.text("Region");
            return new JobScope(
                    namespace.equals("default")
                            ? invocation.first("namespace", "NOMAD_NAMESPACE", namespace)
                            : namespace,
                    region.equals("global") ? invocation.first("region", "NOMAD_REGION", "") : region);
        }

        /** Parameters that are left out here are added from flags and environment. */
        Query query() {
            return Query.none()
                    .andIf(!namespace.isEmpty(), "namespace", namespace)
                    .andIf(!region.isEmpty(), "region", region);
        }
    }
}
