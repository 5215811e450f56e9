package dev.steppe.cli.operator;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.json.JsonReader;
import dev.steppe.cli.json.JsonSyntaxException;
import dev.steppe.cli.terminal.Table;
import java.util.List;

/** Shows how the servers are. */
public final class AutopilotHealth implements Command {
    private static final int UNHEALTHY = 429;

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Shows how the servers are, as their leader sees them.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(Flag.toggle("json", "As JSON."));
    }

    /** Servers that are not well are told with a status of their own, and shown all the same. */
    static Json health(Invocation invocation) throws ApiException {
        try {
            return invocation
                    .nomad()
                    .get("/v1/operator/autopilot/health", Query.none())
                    .body();
        } catch (ApiException told) {
            try {
                if (told.status() == UNHEALTHY) {
                    return JsonReader.read(told.body());
                }
            } catch (JsonSyntaxException notHealth) {
                // then it is what it seems: a refusal
            }
            throw told;
        }
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        invocation.arguments().refuseWords();
        var terminal = invocation.terminal();
        var health = health(invocation);
        if (invocation.arguments().has("json")) {
            terminal.json(health);
            return 0;
        }
        terminal.line("Healthy: " + health.at("Healthy").isTrue());
        terminal.line("FailureTolerance: " + health.text("FailureTolerance"));
        terminal.line("Leader: " + health.text("Leader"));
        terminal.blankLine();
        var table = new Table("Name", "Address", "Status", "Healthy", "Voter", "Leader", "Last Contact", "Last Index");
        for (var server : health.items("Servers")) {
            table.row(
                    server.text("Name"),
                    server.text("Address"),
                    server.text("SerfStatus"),
                    Boolean.toString(server.at("Healthy").isTrue()),
                    Boolean.toString(server.at("Voter").isTrue()),
                    Boolean.toString(server.at("Leader").isTrue()),
                    server.text("LastContact"),
                    server.text("LastIndex"));
        }
        terminal.table(table);
        return 0;
    }
}
