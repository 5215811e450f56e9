package dev.steppe.cli.job;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Terminal;
import dev.steppe.model.specification.Examination;
import dev.steppe.model.specification.Finding;
import java.io.IOException;
import java.util.List;

/** Checks a job file: its text first, then everything the server would check on registering it. */
public final class JobValidate implements Command {

    @Override
    public String usage() {
        return "[flags] <path>";
    }

    @Override
    public String about() {
        return "Checks a job file, or standard input (-), without running it: exit code 0 when it is right. What is right but not "
                + "supported yet is a warning here and refused by job run.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("json", "The file is JSON."),
                Flag.repeated("var", "name=value", "The value of a variable of the file; may be repeated."),
                Flag.repeated("var-file", "path", "A file with values of variables; may be repeated."),
                JobFileText.strictFlag(),
                Flag.refused("vault-namespace", "write it into the job file"));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException, IOException {
        var path = invocation.arguments().onlyWord("the path of a job file");
        var terminal = invocation.terminal();
        var parsed = JobFileText.read(invocation, path).parsed(invocation);
        var job = JobFileText.json(parsed);
        Json reply;
        try {
            reply = invocation
                    .nomad()
                    .put(
                            "/v1/validate/job",
                            JobRun.JobScope.ofFile(job, invocation).query(),
                            new Json.Fields().put("Job", job).build())
                    .body();
        } catch (ApiException unreachable) {
            if (unreachable.status() != 0) {
                throw unreachable;
            }
            terminal.complain(terminal.yellow("No agent could be asked; the file itself was checked."));
            conclude(
                    Examination.of(parsed.job()).stream()
                            .filter(Finding::refused)
                            .map(Finding::message)
                            .toList(),
                    terminal);
            return 0;
        }
        var errors = reply.texts("ValidationErrors");
        if (!errors.isEmpty() || !reply.text("Error").isEmpty()) {
            terminal.complain(terminal.red("Job validation errors:"));
            for (var error : errors.isEmpty() ? List.of(reply.text("Error")) : errors) {
                terminal.complain("  * " + error);
            }
            return 1;
        }
        JobRun.warn(reply, parsed, invocation);
        conclude(reply.texts("Refused"), terminal);
        return 0;
    }

    /** The last line is what people look at: a file can be right and yet not run here. */
    private static void conclude(List<String> refused, Terminal terminal) {
        terminal.line(
                refused.isEmpty()
                        ? terminal.green("Job validation successful")
                        : terminal.yellow("valid, but job run would refuse: " + String.join("; ", refused)));
    }
}
