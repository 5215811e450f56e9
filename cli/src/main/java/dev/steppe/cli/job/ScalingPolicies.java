package dev.steppe.cli.job;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Match;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.json.JsonWriter;
import dev.steppe.cli.terminal.Fields;
import dev.steppe.cli.terminal.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Shows the bounds that scaling blocks of jobs set: all of them, or one. */
public final class ScalingPolicies implements Command {
    private final boolean one;

    private ScalingPolicies(boolean one) {
        this.one = one;
    }

    public static ScalingPolicies list() {
        return new ScalingPolicies(false);
    }

    public static ScalingPolicies info() {
        return new ScalingPolicies(true);
    }

    @Override
    public String usage() {
        return one ? "[flags] <policy>" : "[flags]";
    }

    @Override
    public String about() {
        return one
                ? "Shows one scaling policy, named by its id or the beginning of it."
                : "Lists scaling policies: the bounds of groups that have a scaling block.";
    }

    @Override
    public List<Flag> flags() {
        var flags = new ArrayList<>(
                List.of(Flag.toggle("json", "As JSON."), Flag.toggle("verbose", "Whole ids."), CommonFlags.template()));
        if (!one) {
            flags.add(Flag.text("job", "job", "Only those of this job."));
            flags.add(Flag.text("type", "type", "Only those of this type, such as horizontal."));
        }
        return flags;
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        if (one) {
            return info(invocation);
        }
        var arguments = invocation.arguments();
        arguments.refuseWords();
        var query = Query.none();
        for (var name : List.of("job", "type")) {
            query.andIf(
                    arguments.text(name).isPresent(), name, arguments.text(name).orElse(""));
        }
        var policies = invocation.nomad().get("/v1/scaling/policies", query).body();
        var terminal = invocation.terminal();
        if (arguments.has("json")) {
            terminal.json(policies);
        } else if (policies.items().isEmpty()) {
            terminal.line("No policies found");
        } else {
            terminal.table(table(policies.items(), arguments.has("verbose")));
        }
        return 0;
    }

    private static Table table(List<Json> policies, boolean verbose) {
        var table = new Table("ID", "Enabled", "Type", "Target");
        for (var policy : policies) {
            table.row(
                    Match.shown(policy.text("ID"), verbose),
                    Boolean.toString(policy.isTrue("Enabled")),
                    policy.text("Type"),
                    target(policy));
        }
        return table;
    }

    private static String target(Json policy) {
        return policy.entries("Target").entrySet().stream()
                .map(entry -> entry.getKey() + ":" + entry.getValue().text())
                .collect(Collectors.joining(","));
    }

    private static int info(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var written = invocation.arguments().onlyWord("the policy");
        var verbose = invocation.arguments().has("verbose");
        var found = invocation
                .nomad()
                .get("/v1/scaling/policies", Query.of("prefix", written))
                .body()
                .items();
        if (found.isEmpty()) {
            throw new CommandFailure("No scaling policies with prefix or id \"" + written + "\" found");
        }
        if (found.size() > 1) {
            throw new CommandFailure("Prefix matched multiple scaling policies\n\n"
                    + table(found, verbose).render());
        }
        var terminal = invocation.terminal();
        var policy = invocation
                .nomad()
                .get("/v1/scaling/policy/" + Query.encode(found.getFirst().text("ID")), Query.none())
                .body();
        if (invocation.arguments().has("json")) {
            terminal.json(policy);
            return 0;
        }
        terminal.fields(new Fields()
                .put("ID", Match.shown(policy.text("ID"), verbose))
                .put("Enabled", policy.isTrue("Enabled"))
                .put("Type", policy.text("Type"))
                .put("Target", target(policy))
                .put("Min", policy.number("Min"))
                .put("Max", policy.number("Max")));
        if (!policy.entries("Policy").isEmpty()) {
            terminal.blankLine();
            terminal.title("Policy");
            terminal.line(JsonWriter.indented(policy.at("Policy")));
        }
        return 0;
    }
}
