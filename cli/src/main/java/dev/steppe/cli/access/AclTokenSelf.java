package dev.steppe.cli.access;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import java.util.List;

/** Tells which token is shown. */
public final class AclTokenSelf implements Command {

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Tells which token the command shows, by -token or NOMAD_TOKEN.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(Flag.toggle("json", "As JSON."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        invocation.arguments().refuseWords();
        var token = invocation.nomad().get("/v1/acl/token/self", Query.none()).body();
        if (invocation.arguments().has("json")) {
            invocation.terminal().json(token);
        } else {
            invocation.terminal().fields(Tokens.fields(token));
        }
        return 0;
    }
}
