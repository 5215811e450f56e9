package dev.steppe.cli.node;

import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Match;
import dev.steppe.cli.http.Api;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Terminal;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Follows a node that is emptied and prints each step once, until its tasks have stopped or somebody calls it off. */
final class DrainMonitor {
    private static final long WAIT_SECONDS = 2;

    private final Api api;
    private final Terminal terminal;
    private final String node;
    private final Set<String> marked = new LinkedHashSet<>();
    private final Map<String, String> statuses = new LinkedHashMap<>();

    DrainMonitor(Invocation invocation, String node) throws ApiException {
        this.api = invocation.nomad();
        this.terminal = invocation.terminal();
        this.node = node;
    }

    /** Exit code: 0 the node is empty, 1 it was called off. */
    int follow() throws ApiException {
        var path = "/v1/node/" + Query.encode(node);
        note("Monitoring node \"" + node + "\": Ctrl-C to detach monitoring");
        var state = api.get(path, Query.none());
        var before = api.get(path + "/allocations", Query.none());
        before.body().items().forEach(this::look);
        while (!state.body().at("DrainStrategy").isNull()) {
            var after = api.next(path + "/allocations", Query.none(), before, WAIT_SECONDS);
            after.body().items().forEach(this::look);
            before = after;
            state = api.get(path, Query.none());
        }
        api.get(path + "/allocations", Query.none()).body().items().forEach(this::look);
        return end(state.body());
    }

    private int end(Json state) {
        var last = state.at("LastDrain").text("Status");
        if (last.equals("complete")) {
            note("Node \"" + node + "\" drain complete: all its tasks have stopped");
            return 0;
        }
        note(
                last.isEmpty()
                        ? "Node \"" + node + "\" is not being drained"
                        : "Drain of node \"" + node + "\" has been called off");
        return last.isEmpty() ? 0 : 1;
    }

    private void look(Json allocation) {
        var id = allocation.text("ID");
        var shown = "Alloc \"" + Match.shown(id, false) + "\"";
        var status = allocation.text("ClientStatus");
        var earlier = statuses.put(id, status);
        boolean leaves = allocation.at("DesiredTransition").isTrue("Migrate");
        if (leaves && earlier == null && isOver(status)) {
            marked.add(id);
        }
        if (leaves && marked.add(id)) {
            note(shown + " marked for migration");
        }
        if (earlier != null && !earlier.equals(status)) {
            note(shown + " status " + earlier + " -> " + status);
        }
    }

    private static boolean isOver(String status) {
        return status.equals("complete") || status.equals("failed") || status.equals("lost");
    }

    private void note(String text) {
        terminal.line(terminal.time(terminal.clock().instant()) + ": " + text);
    }
}
