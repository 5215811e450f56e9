package dev.steppe.cli.job;

import dev.steppe.cli.alloc.LogTail;
import dev.steppe.cli.alloc.TaskEvents;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Match;
import dev.steppe.cli.evaluation.PlacementFailure;
import dev.steppe.cli.http.Api;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Terminal;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Follows what a submitted job sets off and prints each step once: the evaluation until it ends, then each allocation
 * with its tasks and checks until it runs and is healthy, or fails. One thread, one use.
 */
public final class Monitor {
    private static final int PLACEMENT_FAILED = 2;
    private static final long WAIT_SECONDS = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Api api;
    private final Terminal terminal;
    private final JobRun.JobScope scope;
    private final boolean verbose;
    private final CheckWatch checks;
    private final Set<String> told = new LinkedHashSet<>();
    private final Map<String, String> statuses = new LinkedHashMap<>();
    private long createIndex;
    private long createTimeNanos;

    Monitor(Invocation invocation, JobRun.JobScope scope, boolean verbose) throws ApiException {
        this.api = invocation.nomad();
        this.terminal = invocation.terminal();
        this.scope = scope;
        this.verbose = verbose;
        this.checks = new CheckWatch(api, verbose);
    }

    /** For an evaluation of whatever job. */
    public static Monitor ofEvaluation(Invocation invocation, boolean verbose) throws ApiException {
        return new Monitor(invocation, new JobRun.JobScope("", ""), verbose);
    }

    /** Follows until everything runs. Exit code: 0 it runs, 1 something failed, 2 an allocation found no node. */
    int follow(String evaluationId) throws ApiException {
        var evaluation = untilDecided(evaluationId);
        if (!evaluation.text("Status").equals("complete")) {
            return 1;
        }
        var next = evaluation.text("NextEval");
        if (!next.isEmpty() && evaluation.number("Wait") > 0) {
            note("Waiting for the next evaluation \"" + id(next) + "\" of a rolling update");
            return follow(next);
        }
        if (!evaluation.entries("FailedTGAllocs").isEmpty()) {
            return PLACEMENT_FAILED;
        }
        return untilStarted(evaluationId, !evaluation.text("DeploymentID").isEmpty());
    }

    /** Follows the evaluation only; for what stops and does not start. */
    public int followEvaluation(String evaluationId) throws ApiException {
        var evaluation = untilDecided(evaluationId);
        if (!evaluation.entries("FailedTGAllocs").isEmpty()) {
            return PLACEMENT_FAILED;
        }
        return evaluation.text("Status").equals("complete") ? 0 : 1;
    }

    private Json untilDecided(String evaluationId) throws ApiException {
        head("Monitoring evaluation \"" + id(evaluationId) + "\"");
        var path = "/v1/evaluation/" + Query.encode(evaluationId);
        var reply = api.get(path, scope.query());
        createIndex = reply.body().number("CreateIndex");
        createTimeNanos = reply.body().number("CreateTime");
        tellTrigger(reply.body());
        var status = "pending";
        while (true) {
            var evaluation = reply.body();
            var now = evaluation.text("Status");
            if (!now.equals(status) && !now.equals("pending")) {
                tellAllocations(
                        api.get(allocationsPath(evaluationId), scope.query()).body());
                note("Evaluation status changed: \"" + status + "\" -> \"" + now + "\"");
                status = now;
            }
            if (isTerminal(now)) {
                tellFinished(evaluation);
                return evaluation;
            }
            reply = api.next(path, scope.query(), reply, WAIT_SECONDS);
        }
    }

    private void tellTrigger(Json evaluation) {
        var job = evaluation.text("JobID");
        if (evaluation.text("TriggeredBy").equals("node-update")) {
            note("Evaluation triggered by node \"" + id(evaluation.text("NodeID")) + "\"");
        } else if (!job.isEmpty()) {
            note("Evaluation triggered by job \"" + job + "\"");
        }
        var deployment = evaluation.text("DeploymentID");
        if (!deployment.isEmpty()) {
            note("Evaluation within deployment: \"" + id(deployment) + "\"");
        }
    }

    private static boolean isTerminal(String status) {
        return status.equals("complete") || status.equals("failed") || status.equals("canceled");
    }

    private void tellFinished(Json evaluation) {
        var status = evaluation.text("Status");
        var finished = "Evaluation \"" + id(evaluation.text("ID")) + "\" finished with status \"" + status + "\"";
        if (!evaluation.entries("FailedTGAllocs").isEmpty()) {
            head(terminal.yellow(finished + " but failed to place all allocations:"));
            explain(evaluation);
        } else {
            head(finished + (status.equals("complete") ? "" : ": " + evaluation.text("StatusDescription")));
        }
    }

    private void explain(Json evaluation) {
        PlacementFailure.print(evaluation.entries("FailedTGAllocs"), "    ", terminal);
        var blocked = evaluation.text("BlockedEval");
        if (!blocked.isEmpty()) {
            note("Evaluation \"" + id(blocked) + "\" waiting for additional capacity to place remainder");
        }
    }

    private static String allocationsPath(String evaluationId) {
        return "/v1/evaluation/" + Query.encode(evaluationId) + "/allocations";
    }

    private int untilStarted(String evaluationId, boolean judged) throws ApiException {
        var path = allocationsPath(evaluationId);
        var reply = api.get(path, scope.query());
        var deadline = terminal.clock().instant().plus(PATIENCE);
        while (true) {
            tellAllocations(reply.body());
            var wanted = wanted(reply.body());
            var failed = failed(wanted);
            if (!failed.isEmpty()) {
                return tellFailed(failed);
            }
            if (allStarted(wanted, judged)) {
                return tellStarted(wanted);
            }
            tellUnproven(unproven(wanted, judged));
            if (terminal.clock().instant().isAfter(deadline)) {
                return tellLate(wanted);
            }
            reply = api.next(path, scope.query(), reply, WAIT_SECONDS);
        }
    }

    /** The allocations that are meant to run: those that the evaluation stopped are not waited for. */
    private static List<Json> wanted(Json allocations) {
        List<Json> wanted = new ArrayList<>();
        for (var allocation : allocations.items()) {
            if (allocation.text("DesiredStatus").equals("run")) {
                wanted.add(allocation);
            }
        }
        return wanted;
    }

    private static List<Json> failed(List<Json> wanted) {
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

    private static boolean allStarted(List<Json> wanted, boolean judged) {
        for (var allocation : wanted) {
            if (!allocation.text("ClientStatus").equals("complete") && !hasRunningTask(allocation)) {
                return false;
            }
        }
        return unproven(wanted, judged).isEmpty();
    }

    /** False also while all tasks have ended and the allocation is being cleared away: then its end is worth waiting for. */
    private static boolean hasRunningTask(Json allocation) {
        if (!allocation.text("ClientStatus").equals("running")) {
            return false;
        }
        for (var task : allocation.entries("TaskStates").values()) {
            if (task.text("State").equals("running")) {
                return true;
            }
        }
        return false;
    }

    /** The allocations that run and whose health is not known yet. Batch work is never judged. */
    private static List<Json> unproven(List<Json> wanted, boolean judged) {
        List<Json> unproven = new ArrayList<>();
        for (var allocation : wanted) {
            var lasting = List.of("service", "system").contains(allocation.text("JobType"));
            var running = allocation.text("ClientStatus").equals("running");
            if (running
                    && (judged || lasting)
                    && !allocation.at("DeploymentStatus").isTrue("Healthy")) {
                unproven.add(allocation);
            }
        }
        return unproven;
    }

    private void tellAllocations(Json allocations) {
        for (var allocation : allocations.items()) {
            var allocationId = allocation.text("ID");
            var status = allocation.text("ClientStatus");
            var before = statuses.get(allocationId);
            if (before == null) {
                tellNew(allocation);
            }
            tellTasks(allocation);
            if (before != null && !before.equals(status)) {
                var description = allocation.text("ClientDescription");
                note("Allocation \"" + id(allocationId) + "\" status changed: \"" + before + "\" -> \"" + status + "\""
                        + (description.isEmpty() ? "" : " (" + description + ")"));
            }
            statuses.put(allocationId, status);
            if (allocation.at("DeploymentStatus").isTrue("Healthy") && told.add(allocationId + " healthy")) {
                note("Allocation \"" + id(allocationId) + "\" is " + terminal.green("healthy"));
            }
        }
    }

    private void tellNew(Json allocation) {
        var shown = "Allocation \"" + id(allocation.text("ID")) + "\" ";
        var place = "node \"" + id(allocation.text("NodeID")) + "\", group \"" + allocation.text("TaskGroup") + "\"";
        if (!allocation.text("DesiredStatus").equals("run")) {
            note(shown + "stopped: " + place);
        } else if (allocation.number("CreateIndex") < createIndex) {
            note(shown + "modified: " + place);
        } else {
            note(shown + "created: " + place);
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
                    note(bad ? terminal.yellow(line) : line);
                }
            }
        }
    }

    private int tellFailed(List<Json> failed) {
        for (var allocation : failed) {
            var allocationId = allocation.text("ID");
            var runs = allocation.text("ClientStatus").equals("running");
            head(terminal.red(
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
        return 1;
    }

    private static String reason(Json allocation) {
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

    private void tellUnproven(List<Json> unproven) {
        for (var allocation : unproven) {
            if (told.add(allocation.text("ID") + " runs")) {
                note("Allocation \"" + id(allocation.text("ID")) + "\" runs; waiting until it has proved healthy");
            }
        }
        checks.tell(unproven, this::note);
    }

    private int tellStarted(List<Json> wanted) {
        var running = 0;
        var healthy = 0;
        for (var allocation : wanted) {
            running += allocation.text("ClientStatus").equals("running") ? 1 : 0;
            healthy += allocation.at("DeploymentStatus").isTrue("Healthy") ? 1 : 0;
        }
        List<String> counts = new ArrayList<>();
        if (running > 0) {
            counts.add(allocations(running) + " running" + (healthy >= running ? " and healthy" : ""));
        }
        if (wanted.size() > running) {
            counts.add(allocations(wanted.size() - running) + " complete");
        }
        head(
                counts.isEmpty()
                        ? "No allocation had to be started or changed"
                        : terminal.green(String.join(", ", counts)));
        return 0;
    }

    private int tellLate(List<Json> wanted) {
        head(terminal.red("Not all allocations started within " + PATIENCE.toMinutes() + " minutes:"));
        for (var allocation : wanted) {
            if (!allocation.text("ClientStatus").equals("complete")) {
                terminal.line("    Allocation \"" + id(allocation.text("ID")) + "\" is "
                        + allocation.text("ClientStatus") + ": " + reason(allocation));
            }
        }
        return 1;
    }

    private static String allocations(int count) {
        return count + (count == 1 ? " allocation" : " allocations");
    }

    private void head(String text) {
        terminal.line("==> " + terminal.time(terminal.clock().instant()) + ": " + text);
    }

    private void note(String text) {
        terminal.line("    " + terminal.time(terminal.clock().instant()) + ": " + text);
    }

    private String id(String id) {
        return Match.shown(id, verbose);
    }
}
