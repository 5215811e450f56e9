package dev.steppe.cli.data;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Match;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Table;
import dev.steppe.cli.terminal.Terminal;
import dev.steppe.cli.terminal.Times;
import java.util.List;

/** Lists the keys that seal variables. */
public final class KeyringList implements Command {

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Lists the keys that seal variables: the active one, and older ones that still open some.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(Flag.toggle("verbose", "Whole ids."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        invocation.arguments().refuseWords();
        var keys = invocation
                .nomad()
                .get("/v1/operator/keyring/keys", Query.none())
                .body();
        show(keys.items(), invocation.arguments().has("verbose"), invocation.terminal());
        return 0;
    }

    static void show(List<Json> keys, boolean verbose, Terminal terminal) {
        var table = new Table("Key", "State", "Create Time");
        for (Json key : keys) {
            table.row(
                    Match.shown(key.text("KeyID"), verbose),
                    key.text("State"),
                    Times.ofNanos(key.number("CreateTime")).map(terminal::time).orElse(""));
        }
        terminal.table(table);
    }
}
