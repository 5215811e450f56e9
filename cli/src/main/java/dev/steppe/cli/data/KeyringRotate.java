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

/** Makes a new key that seals variables from now on. */
public final class KeyringRotate implements Command {

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Makes a new key that seals variables from now on. With -full the servers seal what is there already anew "
                + "too; when that is done the older keys are inactive and can be removed.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("full", "Seal everything anew."),
                Flag.toggle("now", "The new key seals at once, which it always does."),
                Flag.toggle("verbose", "Whole ids."),
                Flag.refused("prepublish", "a new key seals at once; leave it out"));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        arguments.refuseWords();
        var query = Query.none().andIf(arguments.has("full"), "full", "true");
        var made = invocation
                .nomad()
                .put("/v1/operator/keyring/rotate", query, new Json.Fields().build())
                .body();
        KeyringList.show(List.of(made.at("Key")), arguments.has("verbose"), invocation.terminal());
        return 0;
    }
}
