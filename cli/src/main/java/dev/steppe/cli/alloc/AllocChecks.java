package dev.steppe.cli.alloc;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Fields;
import dev.steppe.cli.terminal.Terminal;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** Shows how the checks of an allocation's services came out last. */
public final class AllocChecks implements Command {
    @Override
    public String usage() {
        return "[flags] <allocation>";
    }

    @Override
    public String about() {
        return "Shows the latest result of each check of an allocation's services, with its output.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("json", "The answer of the API."),
                CommonFlags.template(),
                Flag.toggle("verbose", "Whole ids and output."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException, IOException {
        var id = AllocMatch.one(invocation, invocation.arguments().onlyWord("an allocation"));
        var terminal = invocation.terminal();
        var checks = invocation
                .nomad()
                .get("/v1/client/allocation/" + Query.encode(id) + "/checks", Query.none())
                .body();
        if (invocation.arguments().has("json")) {
            terminal.json(checks);
            return 0;
        }
        var all = checks.entries().values();
        terminal.title("Status of " + all.size() + " Service Check" + (all.size() == 1 ? "" : "s"));
        for (var check : all) {
            terminal.blankLine();
            show(check, terminal, invocation.arguments().has("verbose"));
        }
        return 0;
    }

    private static void show(Json check, Terminal terminal, boolean verbose) {
        var seconds = check.number("Timestamp");
        var output = check.text("Output").strip();
        terminal.fields(new Fields()
                .put("ID", check.text("ID"))
                .put("Name", check.text("Check"))
                .put("Group", check.text("Group"))
                .put("Task", check.text("Task").isEmpty() ? "(group)" : check.text("Task"))
                .put("Service", check.text("Service"))
                .put("Status", check.text("Status") + health(check))
                .putIf(check.number("StatusCode") > 0, "StatusCode", Long.toString(check.number("StatusCode")))
                .put("Mode", check.text("Mode"))
                .put("Timestamp", seconds == 0 ? "never" : terminal.time(Instant.ofEpochSecond(seconds)))
                .put("Output", verbose ? output : firstLine(output)));
    }

    /** What success or failure does not say. */
    private static String health(Json check) {
        return check.text("Health").equals("warning") ? " (warning)" : "";
    }

    private static String firstLine(String output) {
        return output.lines().findFirst().orElse("") + (output.indexOf('\n') < 0 ? "" : " ...");
    }
}
