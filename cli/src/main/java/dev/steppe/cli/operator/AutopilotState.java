package dev.steppe.cli.operator;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Terminal;
import java.util.List;

/** Shows how the servers are in the words of Consul's tool, one block for each. */
public final class AutopilotState implements Command {
    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Shows how the servers are, as their leader sees them; operator autopilot health has them in a table.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(Flag.text("format", "form", "pretty, the default, or json."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        var arguments = invocation.arguments();
        arguments.refuseWords();
        var form = arguments.text("format").orElse("pretty");
        if (!form.equals("pretty") && !form.equals("json")) {
            throw new UsageException("flag -format: write pretty or json, not " + form);
        }
        var health = AutopilotHealth.health(invocation);
        var terminal = invocation.terminal();
        if (form.equals("json")) {
            terminal.json(health);
            return 0;
        }
        line(terminal, "", "Healthy", Boolean.toString(health.at("Healthy").isTrue()));
        line(terminal, "", "Failure Tolerance", health.text("FailureTolerance"));
        line(terminal, "", "Leader", health.text("Leader"));
        terminal.line("Voters:");
        health.texts("Voters").forEach(voter -> terminal.line("   " + voter));
        terminal.line("Servers:");
        health.items("Servers").forEach(server -> show(terminal, server));
        return 0;
    }

    private static void show(Terminal terminal, Json server) {
        terminal.line("   " + server.text("ID"));
        var indent = "      ";
        line(terminal, indent, "Name", server.text("Name"));
        line(terminal, indent, "Address", server.text("Address"));
        line(terminal, indent, "Version", server.text("Version"));
        line(terminal, indent, "Status", server.at("Leader").isTrue() ? "leader" : "voter");
        line(terminal, indent, "Node Status", server.text("SerfStatus"));
        line(terminal, indent, "Healthy", Boolean.toString(server.at("Healthy").isTrue()));
        line(terminal, indent, "Last Contact", server.text("LastContact"));
        line(terminal, indent, "Last Index", server.text("LastIndex"));
        line(terminal, indent, "Stable Since", server.text("StableSince"));
    }

    private static void line(Terminal terminal, String indent, String name, String value) {
        terminal.line(indent + (name + ":                    ").substring(0, 20) + value);
    }
}
