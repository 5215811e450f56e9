package dev.steppe.cli.member;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import java.util.List;

/** Has an agent read its configuration again and says what came of it. */
public final class AgentReload implements Command {

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Has the agent read its configuration files again: what can change while it runs does, and the rest is named.";
    }

    @Override
    public List<Flag> flags() {
        return List.of();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        invocation.arguments().refuseWords();
        var reply = invocation
                .nomad()
                .put("/v1/agent/reload", Query.none(), new Json.Fields().build())
                .body();
        for (var message : reply.items("Messages")) {
            invocation.terminal().line(message.text());
        }
        return 0;
    }
}
