package dev.steppe.cli.member;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.terminal.Fields;
import dev.steppe.cli.terminal.Table;
import java.util.List;

/** Shows what an agent is, where it listens, and what it tells others. */
public final class AgentInfo implements Command {

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Shows what the agent is, where it listens, what address others are told and why, and its figures.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(Flag.toggle("json", "As JSON."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        invocation.arguments().refuseWords();
        var terminal = invocation.terminal();
        var self = invocation.nomad().get("/v1/agent/self", Query.none()).body();
        if (invocation.arguments().has("json")) {
            terminal.json(self);
            return 0;
        }
        var config = self.at("config");
        terminal.fields(new Fields()
                .put("Name", config.text("NodeName"))
                .put("Region", config.text("Region"))
                .put("Datacenter", config.text("Datacenter"))
                .put("Version", config.at("Version").text("Version"))
                .put("Server", config.at("Server").text("Enabled"))
                .put("Client", config.at("Client").text("Enabled")));
        var listeners = new Table("Listener", "Bound", "Advertised", "Why");
        config.entries("Listeners")
                .forEach((name, listener) ->
                        listeners.row(name, listener.text("Bound"), listener.text("Advertised"), listener.text("Why")));
        terminal.blankLine();
        terminal.title("Listeners");
        terminal.table(listeners);
        self.entries("stats").forEach((name, group) -> {
            terminal.blankLine();
            terminal.title(name);
            var figures = new Fields();
            group.entries().forEach((figure, value) -> figures.put(figure, value.text()));
            terminal.fields(figures);
        });
        return 0;
    }
}
