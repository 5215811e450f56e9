package dev.steppe.cli.job;

import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Match;
import dev.steppe.cli.evaluation.PlacementFailure;
import dev.steppe.cli.http.Api;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Terminal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Follows what a submitted job sets off and prints each step once: the evaluation until it ends, then the deployment until
 * it ends or, without one, each allocation until it runs and is healthy, or fails. One thread, one use.
 */
public final class Monitor {
    private static final int PLACEMENT_FAILED = 2;
    private static final long WAIT_SECONDS = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** After so long people ask themselves why nothing happens. */
    private static final Duration QUIET = Duration.ofSeconds(10);

    private final Api api;
    private final Terminal terminal;
    private final JobRun.JobScope scope;
    private final boolean verbose;
    private final AllocationWatch watch;

    Monitor(Invocation invocation, JobRun.JobScope scope, boolean verbose) throws ApiException {
        this.api = invocation.nomad();
        this.terminal = invocation.terminal();
        this.scope = scope;
        this.verbose = verbose;
        this.watch = new AllocationWatch(api, terminal, verbose);
    }

    /** For an evaluation of whatever job. */
    public static Monitor ofEvaluation(Invocation invocation, boolean verbose) throws ApiException {
        return new Monitor(invocation, new JobRun.JobScope("", ""), verbose);
    }

    /** Follows until everything runs. Exit code: 0 it runs, 1 something failed, 2 an allocation found no node. */
    public int follow(String evaluationId) throws ApiException {
        var evaluation = untilDecided(evaluationId);
        if (!evaluation.text("Status").equals("complete")) {
            return 1;
        }
        var next = evaluation.text("NextEval");
        if (!next.isEmpty() && evaluation.number("Wait") > 0) {
            terminal.note("Waiting for the next evaluation \"" + id(next) + "\" of a rolling update");
            return follow(next);
        }
        if (!evaluation.entries("FailedTGAllocs").isEmpty()) {
            return PLACEMENT_FAILED;
        }
        var deployment = evaluation.text("DeploymentID");
        return deployment.isEmpty()
                ? untilStarted(evaluationId)
                : new DeploymentWatch(api, terminal, watch, verbose).follow(deployment);
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
        terminal.head("Monitoring evaluation \"" + id(evaluationId) + "\"");
        var path = "/v1/evaluation/" + Query.encode(evaluationId);
        var reply = api.get(path, scope.query());
        watch.since(reply.body());
        tellTrigger(reply.body());
        var status = "pending";
        var wondering = terminal.clock().instant().plus(QUIET);
        while (true) {
            var evaluation = reply.body();
            var now = evaluation.text("Status");
            if (!now.equals(status) && !now.equals("pending")) {
                watch.tell(api.get(allocationsPath(evaluationId), scope.query())
                        .body()
                        .items());
                terminal.note("Evaluation status changed: \"" + status + "\" -> \"" + now + "\"");
                status = now;
            }
            if (isTerminal(now)) {
                tellFinished(evaluation);
                return evaluation;
            }
            if (terminal.clock().instant().isAfter(wondering)) {
                terminal.note("It is not looked at yet. Why: steppe explain " + id(evaluationId));
                wondering = Instant.MAX;
            }
            reply = api.next(path, scope.query(), reply, WAIT_SECONDS);
        }
    }

    private void tellTrigger(Json evaluation) {
        var job = evaluation.text("JobID");
        if (evaluation.text("TriggeredBy").equals("node-update")) {
            terminal.note("Evaluation triggered by node \"" + id(evaluation.text("NodeID")) + "\"");
        } else if (!job.isEmpty()) {
            terminal.note("Evaluation triggered by job \"" + job + "\"");
        }
        var deployment = evaluation.text("DeploymentID");
        if (!deployment.isEmpty()) {
            terminal.note("Evaluation within deployment: \"" + id(deployment) + "\"");
        }
    }

    private static boolean isTerminal(String status) {
        return status.equals("complete") || status.equals("failed") || status.equals("canceled");
    }

    private void tellFinished(Json evaluation) {
        var status = evaluation.text("Status");
        var finished = "Evaluation \"" + id(evaluation.text("ID")) + "\" finished with status \"" + status + "\"";
        if (!evaluation.entries("FailedTGAllocs").isEmpty()) {
            terminal.head(terminal.yellow(finished + " but failed to place all allocations:"));
            explain(evaluation);
        } else {
            terminal.head(finished + (status.equals("complete") ? "" : ": " + evaluation.text("StatusDescription")));
        }
    }

    private void explain(Json evaluation) {
        PlacementFailure.print(evaluation.entries("FailedTGAllocs"), "    ", terminal);
        var blocked = evaluation.text("BlockedEval");
        if (!blocked.isEmpty()) {
            terminal.note("Evaluation \"" + id(blocked) + "\" waiting for additional capacity to place remainder");
        }
        terminal.note(PlacementFailure.pointer(evaluation.text("JobID")));
    }

    private static String allocationsPath(String evaluationId) {
        return "/v1/evaluation/" + Query.encode(evaluationId) + "/allocations";
    }

    private int untilStarted(String evaluationId) throws ApiException {
        var path = allocationsPath(evaluationId);
        var reply = api.get(path, scope.query());
        var deadline = terminal.clock().instant().plus(PATIENCE);
        while (true) {
            watch.tell(reply.body().items());
            var wanted = wanted(reply.body());
            var failed = AllocationWatch.failed(wanted);
            if (!failed.isEmpty()) {
                watch.tellFailed(failed);
                return 1;
            }
            if (allStarted(wanted)) {
                return tellStarted(wanted);
            }
            watch.tellUnproven(unproven(wanted));
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

    private static boolean allStarted(List<Json> wanted) {
        for (var allocation : wanted) {
            if (!allocation.text("ClientStatus").equals("complete") && !hasRunningTask(allocation)) {
                return false;
            }
        }
        return unproven(wanted).isEmpty();
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
    private static List<Json> unproven(List<Json> wanted) {
        List<Json> unproven = new ArrayList<>();
        for (var allocation : wanted) {
            var lasting = List.of("service", "system").contains(allocation.text("JobType"));
            var running = allocation.text("ClientStatus").equals("running");
            if (running && lasting && !allocation.at("DeploymentStatus").isTrue("Healthy")) {
                unproven.add(allocation);
            }
        }
        return unproven;
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
        terminal.head(
                counts.isEmpty()
                        ? "No allocation had to be started or changed"
                        : terminal.green(String.join(", ", counts)));
        return 0;
    }

    private int tellLate(List<Json> wanted) {
        terminal.head(terminal.red("Not all allocations started within " + PATIENCE.toMinutes() + " minutes:"));
        for (var allocation : wanted) {
            if (!allocation.text("ClientStatus").equals("complete")) {
                terminal.line("    Allocation \"" + id(allocation.text("ID")) + "\" is "
                        + allocation.text("ClientStatus") + ": " + AllocationWatch.reason(allocation));
            }
        }
        return 1;
    }

    private static String allocations(int count) {
        return count + (count == 1 ? " allocation" : " allocations");
    }

    private String id(String id) {
        return Match.shown(id, verbose);
    }
}
