package dev.steppe.cli.data;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.terminal.Table;
import dev.steppe.cli.terminal.Times;
import java.util.List;

/** Lists variables without their content. */
public final class VarList implements Command {

    @Override
    public String usage() {
        return "[flags] [<prefix>]";
    }

    @Override
    public String about() {
        return "Lists the variables whose path begins with a prefix, without their content.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.text("out", "form", "table (default), terse for paths only, or json."),
                Flag.number("per-page", "count", "At most so many; the next page's token is shown."),
                Flag.text("page-token", "token", "Begin where the last page ended."),
                Flag.text("filter", "expression", "Only those for which this is true."),
                VariableForm.template(),
                Flag.refused("ui", "the web console is not part of this version"));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        if (arguments.words().size() > 1) {
            throw new UsageException("this command takes at most one prefix");
        }
        var prefix =
                arguments.words().isEmpty() ? "" : arguments.words().getFirst().replaceAll("^[ /]+", "");
        var perPage = arguments.number("per-page");
        var token = arguments.text("page-token");
        var query = Query.none()
                .andIf(!prefix.isEmpty(), "prefix", prefix)
                .andIf(
                        perPage.isPresent(),
                        "per_page",
                        perPage.map(String::valueOf).orElse(""))
                .andIf(token.isPresent(), "next_token", token.orElse(""))
                .andIf(
                        arguments.text("filter").isPresent(),
                        "filter",
                        arguments.text("filter").orElse(""));
        var variables = invocation.nomad().get("/v1/vars", query).body();
        var terminal = invocation.terminal();
        switch (arguments.text("out").orElse("table")) {
            case "json" -> terminal.json(variables);
            case "terse" -> variables.items().forEach(variable -> terminal.line(variable.text("Path")));
            case "table" -> {
                if (variables.items().isEmpty()) {
                    terminal.complain("No variables found");
                    return 0;
                }
                var table = new Table("Namespace", "Path", "Last Updated");
                for (var variable : variables.items()) {
                    table.row(
                            variable.text("Namespace"),
                            variable.text("Path"),
                            Times.ofNanos(variable.number("ModifyTime"))
                                    .map(terminal::time)
                                    .orElse(""));
                }
                terminal.table(table);
            }
            default -> throw new UsageException("flag -out: write one of table, terse, json");
        }
        return 0;
    }
}
