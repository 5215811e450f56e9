package dev.steppe.cli.job;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import java.util.List;

/** Lists the deployments of a job. */
public final class JobDeployments implements Command {

    @Override
    public String usage() {
        return "[flags] <job>";
    }

    @Override
    public String about() {
        return "Lists the deployments of a job.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("all", "Also those of earlier jobs of this name."),
                Flag.toggle("json", "As JSON."),
                Flag.toggle("latest", "Only the newest."),
                Flag.toggle("verbose", "Whole ids."),
                CommonFlags.template());
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        var terminal = invocation.terminal();
        var stub = JobMatch.one(invocation, arguments.onlyWord("the job"));
        var query = JobRun.JobScope.of(stub).query().andIf(arguments.has("all"), "all", "true");
        var path = "/v1/job/" + Query.encode(stub.text("ID")) + "/deployments";
        var reply = invocation.nomad().get(path, query).body();
        var found = arguments.has("latest") ? reply.items().stream().limit(1).toList() : reply.items();
        if (arguments.has("json")) {
            terminal.json(reply);
            return 0;
        }
        if (found.isEmpty()) {
            terminal.line("No deployments found");
            return 0;
        }
        terminal.table(DeploymentView.table(found, arguments.has("verbose")));
        return 0;
    }
}
