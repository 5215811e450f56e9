package dev.steppe.cli.data;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import java.util.List;

/** Removes a variable for ever. */
public final class VarPurge implements Command {

    @Override
    public String usage() {
        return "[flags] <path>";
    }

    @Override
    public String about() {
        return "Removes a variable for ever.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(Flag.text("check-index", "index", "Remove it only if its modify index is this."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var path = Variables.cleaned(invocation.arguments().onlyWord("the path of a variable"));
        var index = invocation.arguments().text("check-index");
        try {
            invocation
                    .nomad()
                    .delete(Variables.route(path), Query.none().andIf(index.isPresent(), "cas", index.orElse("")));
        } catch (ApiException refused) {
            if (Variables.isConflict(refused)) {
                throw Variables.conflict("Error purging variable", refused, index.orElse(""));
            }
            throw refused;
        }
        invocation.terminal().line("Successfully purged variable \"" + path + "\"!");
        return 0;
    }
}
