package dev.steppe.cli.access;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import java.util.List;

/** Takes a token back. */
public final class AclTokenDelete implements Command {

    @Override
    public String usage() {
        return "<accessor id>";
    }

    @Override
    public String about() {
        return "Takes a token back: nothing may be done with it any more, on agents without a server after half a minute. The"
                + " last token stays.";
    }

    @Override
    public List<Flag> flags() {
        return List.of();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        var accessor = invocation.arguments().onlyWord("the accessor id of a token");
        invocation.nomad().delete("/v1/acl/token/" + Query.encode(accessor), Query.none());
        invocation.terminal().line("Token " + accessor + " successfully deleted");
        return 0;
    }
}
