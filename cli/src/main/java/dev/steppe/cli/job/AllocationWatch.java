package dev.steppe.cli.job;

import dev.steppe.cli.alloc.LogTail;
import dev.steppe.cli.alloc.TaskEvents;
import dev.steppe.cli.command.Match;
import dev.steppe.cli.http.Api;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Terminal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Says each step of allocations that start once: themselves, their tasks, their checks, and why one failed. One thread. */
final class AllocationWatch {
    private final Api api;
    private final Terminal terminal;
    private final boolean verbose;
    private final CheckWatch checks;
    private final Set<String> told = new LinkedHashSet<>();
    private final Map<String, String> statuses = new LinkedHashMap<>();
    private long createIndex;
    private long createTimeNanos;

    AllocationWatch(Api api, Terminal terminal, boolean verbose) {
        this.api = api;
        this.terminal = terminal;
        this.verbose = verbose;
        this.checks = new CheckWatch(api, verbose);
    }

    /** What is older than the evaluation was not made by it, and its tasks' past is not news. */
    void since(Json evaluation) {
        createIndex = evaluation.number("CreateIndex");
        createTimeNanos = evaluation.number("CreateTime");
    }

    void tell(List<Json> allocations) {
        for (var allocation : allocations) {
            var allocationId = allocation.text("ID");
            var status = allocation.text("ClientStatus");
            var before = statuses.get(allocationId);
            if (before == null) {
                tellNew(allocation);
            }
            tellTasks(allocation);
            if (before != null && !before.equals(status)) {
                var description = allocation.text("ClientDescription");
                terminal.note("Allocation \"" + id(allocationId) + "\" status changed: \"" + before + "\" -> \""
                        + status + "\"" + (description.isEmpty() ? "" : " (" + description + ")"));
            }
            statuses.put(allocationId, status);
            if (allocation.at("DeploymentStatus").isTrue("Healthy") && told.add(allocationId + " healthy")) {
                terminal.note("Allocation \"" + id(allocationId) + "\" is " + terminal.green("healthy"));
            }
        }
    }

    private void tellNew(Json allocation) {
        var shown = "Allocation \"" + id(allocation.text("ID")) + "\" ";
        var canary = allocation.at("DeploymentStatus").isTrue("Canary") ? ", a canary" : "";
        var place = "node \"" + id(allocation.text("NodeID")) + "\", group \"" + allocation.text("TaskGroup") + "\""
                + canary;
        if (!allocation.text("DesiredStatus").equals("run")) {
            terminal.note(shown + "stopped: " + place);
        } else if (allocation.number("CreateIndex") < createIndex) {
            terminal.note(shown + "modified: " + place);
        } else {
            terminal.note(shown + "created: " + place);
        }
    }

    private void tellTasks(Json allocation) {
        for (var task : allocation.entries("TaskStates").entrySet()) {
            var name = "Task \"" + task.getKey() + "\" of \"" + id(allocation.text("ID")) + "\"";
            for (var event : task.getValue().items("Events")) {
                var key = allocation.text("ID") + " " + task.getKey() + " " + event.number("Time") + " "
                        + event.text("Type");
                if (event.number("Time") >= createTimeNanos && told.add(key)) {
                    var bad = TaskEvents.isTrouble(event);
                    var line = name + ": " + event.text("Type") + ": " + TaskEvents.message(event);
                    terminal.note(bad ? terminal.yellow(line) : line);
                }
            }
        }
    }

    /** Those that failed, are lost, or did not become healthy. */
    static List<Json> failed(List<Json> wanted) {
        List<Json> failed = new ArrayList<>();
        for (var allocation : wanted) {
            var status = allocation.text("ClientStatus");
            var unhealthy =
                    allocation.at("DeploymentStatus").at("Healthy") instanceof Json.Bool healthy && !healthy.value();
            if (status.equals("failed") || status.equals("lost") || unhealthy) {
                failed.add(allocation);
            }
        }
        return failed;
    }

    /** Says of each why it failed, with the end of what it wrote; once. */
    void tellFailed(List<Json> failed) {
        for (var allocation : failed) {
            var allocationId = allocation.text("ID");
            if (!told.add(allocationId + " failed")) {
                continue;
            }
            var runs = allocation.text("ClientStatus").equals("running");
            terminal.head(terminal.red(
                    "Allocation \"" + id(allocationId) + "\" of group \"" + allocation.text("TaskGroup") + "\" "
                            + (runs ? "did not become healthy" : "failed") + " on node \"" + allocation.text("NodeName")
                            + "\": "
                            + (runs ? checks.failing(allocationId) : reason(allocation))));
            for (var task : allocation.entries("TaskStates").entrySet()) {
                if (task.getValue().isTrue("Failed") || runs && !task.getKey().startsWith("connect-proxy-")) {
                    tellOutput(allocationId, task.getKey());
                }
            }
            terminal.line("    More: steppe alloc status " + id(allocationId));
        }
    }

    static String reason(Json allocation) {
        for (var task : allocation.entries("TaskStates").entrySet()) {
            var events = task.getValue().items("Events");
            for (var i = events.size() - 1; i >= 0; i--) {
                if (TaskEvents.isTrouble(events.get(i))) {
                    return "task \"" + task.getKey() + "\": " + TaskEvents.message(events.get(i));
                }
            }
        }
        var description = allocation.text("ClientDescription");
        return description.isEmpty() ? "client status " + allocation.text("ClientStatus") : description;
    }

    /** The end of what a failed task wrote, because that is where people look next. */
    private void tellOutput(String allocationId, String task) {
        List<String> lines;
        try {
            lines = LogTail.last(api, allocationId, task, "stderr", 10);
        } catch (ApiException | IOException unavailable) {
            terminal.line("    stderr of task \"" + task + "\" is not available: " + unavailable.getMessage());
            return;
        }
        if (!lines.isEmpty()) {
            terminal.line("    Last lines of stderr of task \"" + task + "\":");
            for (var line : lines) {
                terminal.line("      | " + line);
            }
            terminal.line("    All of it: steppe alloc logs -stderr " + id(allocationId) + " " + task);
        }
    }

    /** Says of allocations that run and whose health is not known yet what they wait for. */
    void tellUnproven(List<Json> unproven) {
        for (var allocation : unproven) {
            if (told.add(allocation.text("ID") + " runs")) {
                terminal.note(
                        "Allocation \"" + id(allocation.text("ID")) + "\" runs; waiting until it has proved healthy");
            }
        }
        checks.tell(unproven, terminal::note);
    }

    private String id(String id) {
        return Match.shown(id, verbose);
    }
}
