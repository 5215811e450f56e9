package dev.steppe.cli.member;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import java.util.List;

/** Takes a server out that does not answer any more, in the words of either dialect. */
public final class ForceLeave implements Command {
    private final boolean consul;

    public static ForceLeave ofNomad() {
        return new ForceLeave(false);
    }

    public static ForceLeave ofConsul() {
        return new ForceLeave(true);
    }

    private ForceLeave(boolean consul) {
        this.consul = consul;
    }

    @Override
    public String usage() {
        return "[flags] <server>";
    }

    @Override
    public String about() {
        return "Takes a server out that has failed and will not come back, so that it no longer counts for the majority. It is "
                + "shown as left until somebody forgets it with -prune. A server that answers is not taken out.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("prune", "Also forget the server."),
                Flag.refused("wan", "name a server of another region with -region or -datacenter"));
    }

    @Override
    public List<Flag> commonFlags() {
        return consul ? CommonFlags.consul() : CommonFlags.nomad();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        var name = invocation.arguments().onlyWord("the server, as members shows it");
        var prune = invocation.arguments().has("prune");
        var query = Query.none();
        if (prune) {
            query.and("prune", "true");
        }
        if (consul) {
            invocation.consul().put("/v1/agent/force-leave/" + name, query, new Json.Fields().build());
        } else {
            invocation.nomad().put("/v1/agent/force-leave", query.and("node", name), new Json.Fields().build());
        }
        invocation.terminal().line(name + (prune ? " is out and forgotten" : " is out"));
        return 0;
    }
}
