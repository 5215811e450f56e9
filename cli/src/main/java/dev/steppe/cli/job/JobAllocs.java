package dev.steppe.cli.job;

import dev.steppe.cli.alloc.AllocTable;
import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import java.util.List;

/** Lists the allocations of a job. */
public final class JobAllocs implements Command {

    @Override
    public String usage() {
        return "[flags] <job>";
    }

    @Override
    public String about() {
        return "Lists the allocations of a job, newest first.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("all", "Also allocations of earlier jobs of this name."),
                Flag.toggle("json", "As JSON."),
                Flag.toggle("verbose", "Whole ids, nodes by name."),
                CommonFlags.template());
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        var terminal = invocation.terminal();
        var stub = JobMatch.one(invocation, arguments.onlyWord("the job"));
        var query = JobRun.JobScope.of(stub).query().andIf(arguments.has("all"), "all", "true");
        var path = "/v1/job/" + Query.encode(stub.text("ID")) + "/allocations";
        var allocations = invocation.nomad().get(path, query).body();
        if (arguments.has("json")) {
            terminal.json(allocations);
        } else if (allocations.items().isEmpty()) {
            terminal.line("No allocations placed");
        } else {
            terminal.table(AllocTable.of(allocations.items(), arguments.has("verbose"), terminal));
        }
        return 0;
    }
}
