package dev.steppe.cli.deployment;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Match;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.Api;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.job.DeploymentView;
import dev.steppe.cli.job.DeploymentWatch;
import java.util.List;
import java.util.Locale;

/** Shows one deployment, or follows it until it is over. */
public final class DeploymentStatus implements Command {
    private static final long WAIT_SECONDS = 2;

    @Override
    public String usage() {
        return "[flags] [deployment]";
    }

    @Override
    public String about() {
        return "Shows one deployment, named by its id or the beginning of it; without an argument, all deployments.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("json", "As JSON."),
                Flag.toggle("monitor", "Follow it until it is over; exit code 0 if it was successful."),
                Flag.text("wait", "duration", "With -monitor, how often to look at least, such as 5s. Default 2s."),
                Flag.toggle("verbose", "Whole ids."),
                CommonFlags.template(),
                CommonFlags.browser());
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        var terminal = invocation.terminal();
        var verbose = arguments.has("verbose");
        if (arguments.has("json") && arguments.has("monitor")) {
            throw new UsageException("-json and -monitor exclude each other");
        }
        var api = invocation.nomad();
        if (arguments.words().isEmpty()) {
            var all = api.get("/v1/deployments", Query.none()).body();
            if (arguments.has("json")) {
                terminal.json(all);
            } else if (all.items().isEmpty()) {
                terminal.line("No deployments found");
            } else {
                terminal.table(DeploymentView.table(all.items(), verbose));
            }
            return 0;
        }
        var id = one(api, arguments.onlyWord("the deployment"));
        if (arguments.has("monitor")) {
            return DeploymentWatch.of(
                            invocation, verbose, seconds(arguments.text("wait").orElse("")))
                    .follow(id);
        }
        var deployment =
                api.get("/v1/deployment/" + Query.encode(id), Query.none()).body();
        if (arguments.has("json")) {
            terminal.json(deployment);
        } else {
            DeploymentView.print(deployment, terminal, verbose);
        }
        return 0;
    }

    /** The whole id of the deployment that is meant. */
    static String one(Api api, String written) throws CommandFailure, ApiException {
        return Match.one(
                api, "/v1/deployments", "deployment", written, "ID", "ID", "Job ID", "JobID", "Status", "Status");
    }

    private static long seconds(String written) throws UsageException {
        if (written.isEmpty()) {
            return WAIT_SECONDS;
        }
        try {
            var text = written.toLowerCase(Locale.ROOT);
            if (text.endsWith("ms")) {
                return Math.max(1, Long.parseLong(text.substring(0, text.length() - 2)) / 1000);
            }
            var unit = text.endsWith("m") ? 60 : 1;
            var digits = text.endsWith("m") || text.endsWith("s") ? text.substring(0, text.length() - 1) : text;
            return Long.parseLong(digits) * unit;
        } catch (NumberFormatException wrong) {
            throw new UsageException("flag -wait: \"" + written + "\" is not a duration such as 5s");
        }
    }
}
