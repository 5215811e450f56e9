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

/** Restarts tasks of an allocation in their place. */
public final class AllocRestart implements Command {

    @Override
    public String usage() {
        return "[flags] <allocation> [task]";
    }

    @Override
    public String about() {
        return "Restarts tasks where they are: one, all that run, or with -all-tasks the whole group in its order, also "
                + "tasks that had ended. It uses up no attempt of the restart policy.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("all-tasks", "All tasks, in the order of their lifecycle."),
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
        var task = arguments.text("task").orElse(words.size() == 2 ? words.get(1) : "");
        if (arguments.has("all-tasks") && !task.isEmpty()) {
            throw new UsageException("a task and -all-tasks exclude each other");
        }
        var id = AllocMatch.one(invocation, words.getFirst());
        Map<String, Json> body = new LinkedHashMap<>();
        body.put("TaskName", Json.of(task));
        body.put("AllTasks", new Json.Bool(arguments.has("all-tasks")));
        invocation
                .nomad()
                .put("/v1/client/allocation/" + Query.encode(id) + "/restart", Query.none(), new Json.Obj(body));
        return 0;
    }
}
