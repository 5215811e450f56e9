package dev.steppe.cli.data;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import java.util.List;

/** Shows a variable with its content. */
public final class VarGet implements Command {

    @Override
    public String usage() {
        return "[flags] <path>";
    }

    @Override
    public String about() {
        return "Shows a variable with its content.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.text("item", "key", "Only the value of this item."),
                VariableForm.flag("table"),
                VariableForm.template(),
                Flag.refused("ui", "the web console is not part of this version"));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var path = Variables.cleaned(invocation.arguments().onlyWord("the path of a variable"));
        var form = VariableForm.of(invocation.arguments(), VariableForm.TABLE);
        Json variable;
        try {
            variable =
                    invocation.nomad().get(Variables.route(path), Query.none()).body();
        } catch (ApiException refused) {
            if (refused.isNotFound()) {
                throw new CommandFailure("Variable not found: " + path);
            }
            throw refused;
        }
        var item = invocation.arguments().text("item");
        if (item.isEmpty()) {
            form.show(variable, invocation.terminal());
            return 0;
        }
        if (variable.at("Items").at(item.get()).isNull()) {
            throw new CommandFailure("Variable " + path + " has no item \"" + item.get() + "\"; it has "
                    + String.join(", ", variable.entries("Items").keySet()));
        }
        invocation.terminal().line(variable.at("Items").text(item.get()));
        return 0;
    }
}
