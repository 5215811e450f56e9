package dev.steppe.cli.job;

import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Match;
import dev.steppe.cli.http.Api;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Terminal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Restarts a batch of allocations and says what became of each. Gives the number of those that failed. */
final class Restarts {
    private static final long WAIT_SECONDS = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Api api;
    private final Terminal terminal;
    private final boolean verbose;

    Restarts(Invocation invocation, boolean verbose) throws ApiException {
        this.api = invocation.nomad();
        this.terminal = invocation.terminal();
        this.verbose = verbose;
    }

    int inPlace(List<Json> batch, List<String> tasks, boolean allTasks) {
        int failures = 0;
        for (var allocation : batch) {
            var id = allocation.text("ID");
            terminal.line("    Restarting allocation \"" + shown(id) + "\"");
            try {
                for (var task : tasks.isEmpty() ? List.of("") : tasks) {
                    var body = new Json.Fields().put("TaskName", task).put("AllTasks", allTasks);
                    api.put("/v1/client/allocation/" + Query.encode(id) + "/restart", Query.none(), body.build());
                }
            } catch (ApiException failed) {
                failures++;
                told(id, failed.getMessage());
            }
        }
        return failures;
    }

    int reschedule(List<Json> batch, boolean withoutDelay) {
        int failures = 0;
        var stopped = new ArrayList<String>();
        for (var allocation : batch) {
            var id = allocation.text("ID");
            terminal.line("    Rescheduling allocation \"" + shown(id) + "\"");
            try {
                var query = Query.none().andIf(withoutDelay, "no_shutdown_delay", "true");
                api.put("/v1/allocation/" + Query.encode(id) + "/stop", query, new Json.Fields().build());
                stopped.add(id);
            } catch (ApiException failed) {
                failures++;
                told(id, failed.getMessage());
            }
        }
        for (var id : stopped) {
            try {
                awaitReplacement(id);
            } catch (ApiException failed) {
                failures++;
                told(id, failed.getMessage());
            }
        }
        return failures;
    }

    /** Until the one that takes its place runs. */
    private void awaitReplacement(String id) throws ApiException {
        var end = terminal.clock().instant().plus(PATIENCE);
        var followed = id;
        var path = "/v1/allocation/" + Query.encode(id);
        var reply = api.get(path, Query.none());
        while (terminal.clock().instant().isBefore(end)) {
            var allocation = reply.body();
            var next = allocation.text("NextAllocation");
            if (!next.isEmpty()) {
                followed = next;
                path = "/v1/allocation/" + Query.encode(next);
                reply = api.get(path, Query.none());
                continue;
            }
            var status = allocation.text("ClientStatus");
            if (!followed.equals(id) && status.equals("running")) {
                terminal.line("    Allocation \"" + shown(followed) + "\" runs in place of \"" + shown(id) + "\"");
                return;
            }
            if (!followed.equals(id) && status.equals("failed")) {
                throw new ApiException("its replacement \"" + shown(followed) + "\" failed");
            }
            reply = api.next(path, Query.none(), reply, WAIT_SECONDS);
        }
        throw new ApiException("no replacement runs after " + PATIENCE.toMinutes() + " minutes");
    }

    private void told(String id, String reason) {
        terminal.complain(terminal.red("    Error with allocation \"" + shown(id) + "\": " + reason));
    }

    private String shown(String id) {
        return Match.shown(id, verbose);
    }
}
