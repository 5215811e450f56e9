package dev.steppe.cli.mesh;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.terminal.Fields;
import java.util.List;

/** Shows one intention. */
public final class IntentionGet implements Command {

    @Override
    public String usage() {
        return "[flags] <source> <destination>";
    }

    @Override
    public String about() {
        return "Shows the intention of exactly these two names.";
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
        var terminal = invocation.terminal();
        var intention = Intentions.exact(invocation, ServicePair.of(invocation.arguments()));
        if (invocation.arguments().has("json")) {
            terminal.json(intention);
            return 0;
        }
        var fields = new Fields()
                .put("Source", intention.text("SourceName"))
                .put("Destination", intention.text("DestinationName"))
                .put("Action", Intentions.action(intention))
                .putIf(!intention.text("ID").isEmpty(), "ID", intention.text("ID"))
                .putIf(!intention.text("Description").isEmpty(), "Description", intention.text("Description"));
        for (var entry : intention.entries("Meta").entrySet()) {
            fields.put("Meta[" + entry.getKey() + "]", entry.getValue().text());
        }
        terminal.fields(
                fields.put("Precedence", intention.text("Precedence")).put("Created At", intention.text("CreatedAt")));
        return 0;
    }
}
