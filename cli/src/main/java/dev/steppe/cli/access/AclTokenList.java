package dev.steppe.cli.access;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Table;
import java.util.List;

/** Lists tokens. */
public final class AclTokenList implements Command {

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Lists the tokens there are, without their secrets: nobody knows those but their holders.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(Flag.toggle("json", "As JSON."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        invocation.arguments().refuseWords();
        var tokens = invocation.nomad().get("/v1/acl/tokens", Query.none()).body();
        if (invocation.arguments().has("json")) {
            invocation.terminal().json(tokens);
            return 0;
        }
        var table = new Table("Name", "Type", "Accessor ID", "Create Time");
        for (Json token : tokens.items()) {
            table.row(token.text("Name"), token.text("Type"), token.text("AccessorID"), token.text("CreateTime"));
        }
        invocation.terminal().table(table);
        return 0;
    }
}
