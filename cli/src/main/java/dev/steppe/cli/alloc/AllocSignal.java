package dev.steppe.cli.alloc;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sends a signal to tasks of an allocation. */
public final class AllocSignal implements Command {

    @Override
    public String usage() {
        return "[flags] <allocation> [task]";
    }

    @Override
    public String about() {
        return "Sends a signal to one task, or to all that run.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.text("s", "signal", "The signal's name. Default SIGKILL."),
                Flag.text("task", "name", "Only this task."),
                Flag.toggle("verbose", "Whole ids."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        var words = arguments.words();
        if (words.isEmpty() || words.size() > 2) {
            throw new UsageException("this command takes one or two arguments: the allocation and a task");
        }
        var id = AllocMatch.one(invocation, words.getFirst());
        Map<String, Json> body = new LinkedHashMap<>();
        body.put("Signal", Json.of(arguments.text("s").orElse("SIGKILL")));
        body.put("Task", Json.of(arguments.text("task").orElse(words.size() == 2 ? words.get(1) : "")));
        invocation
                .nomad()
                .put("/v1/client/allocation/" + Query.encode(id) + "/signal", Query.none(), new Json.Obj(body));
        return 0;
    }
}
