package dev.steppe.cli.mesh;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.terminal.Table;
import java.util.List;

/** Lists all intentions, the ones that decide first on top. */
public final class IntentionList implements Command {

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Lists all intentions. The higher the precedence, the sooner an intention decides.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(Flag.toggle("json", "As JSON."));
    }

    @Override
    public List<Flag> commonFlags() {
        return CommonFlags.consul();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        invocation.arguments().refuseWords();
        var terminal = invocation.terminal();
        var intentions =
                invocation.consul().get("/v1/connect/intentions", Query.none()).body();
        if (invocation.arguments().has("json")) {
            terminal.json(intentions);
            return 0;
        }
        if (intentions.items().isEmpty()) {
            terminal.complain("There are no intentions.");
            return 0;
        }
        var table = new Table("ID", "Source", "Action", "Destination", "Precedence");
        for (var intention : intentions.items()) {
            table.row(
                    intention.text("ID"),
                    intention.text("SourceName"),
                    Intentions.action(intention),
                    intention.text("DestinationName"),
                    intention.text("Precedence"));
        }
        terminal.table(table);
        return 0;
    }
}
