package dev.steppe.cli.data;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import java.util.List;

/** Removes a key that seals nothing any more. */
public final class KeyringRemove implements Command {

    @Override
    public String usage() {
        return "[flags] <key id>";
    }

    @Override
    public String about() {
        return "Removes a key from the keyring. One that still opens variables is kept unless forced: they would be lost.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(Flag.toggle("force", "Remove it although variables are sealed with it; they are lost."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var id = invocation.arguments().onlyWord("the id of a key");
        var query = Query.none().andIf(invocation.arguments().has("force"), "force", "true");
        invocation.nomad().delete("/v1/operator/keyring/key/" + Query.encode(id), query);
        invocation.terminal().line("Removed encryption key " + id);
        return 0;
    }
}
