package dev.steppe.cli.deployment;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.job.DeploymentView;
import java.util.List;

/** Lists deployments. */
public final class DeploymentList implements Command {

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Lists deployments.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.text("filter", "expression", "Only those for which this is true."),
                Flag.toggle("json", "As JSON."),
                Flag.toggle("verbose", "Whole ids."),
                CommonFlags.template());
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        var arguments = invocation.arguments();
        arguments.refuseWords();
        var filter = arguments.text("filter");
        var query = Query.none().andIf(filter.isPresent(), "filter", filter.orElse(""));
        var deployments = invocation.nomad().get("/v1/deployments", query).body();
        var terminal = invocation.terminal();
        if (arguments.has("json")) {
            terminal.json(deployments);
        } else if (deployments.items().isEmpty()) {
            terminal.line("No deployments found");
        } else {
            terminal.table(DeploymentView.table(deployments.items(), arguments.has("verbose")));
        }
        return 0;
    }
}
