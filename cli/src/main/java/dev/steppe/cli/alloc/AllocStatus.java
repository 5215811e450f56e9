package dev.steppe.cli.alloc;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Match;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Fields;
import dev.steppe.cli.terminal.Places;
import dev.steppe.cli.terminal.Table;
import dev.steppe.cli.terminal.Terminal;
import dev.steppe.cli.terminal.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Shows an allocation: where it runs, its addresses, its tasks with their events, and what the mesh refused it. */
public final class AllocStatus implements Command {

    @Override
    public String usage() {
        return "[flags] [allocation]";
    }

    @Override
    public String about() {
        return "Shows one allocation, named by its id or the beginning of it; without an argument, all allocations.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("json", "As JSON."),
                Flag.toggle("short", "States of the tasks only, no events."),
                Flag.toggle("stats", "Everything the node measures of each task; without it, cpu and memory."),
                Flag.toggle("verbose", "Whole ids, absolute times, scores of the placement."),
                CommonFlags.template(),
                CommonFlags.browser());
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        var terminal = invocation.terminal();
        var verbose = arguments.has("verbose");
        if (arguments.words().isEmpty()) {
            var all = invocation.nomad().get("/v1/allocations", Query.none()).body();
            if (arguments.has("json")) {
                terminal.json(all);
            } else if (all.items().isEmpty()) {
                terminal.line("No allocations found");
            } else {
                terminal.table(AllocTable.of(all.items(), verbose, terminal));
            }
            return 0;
        }
        var id = AllocMatch.one(invocation, arguments.onlyWord("the allocation"));
        var allocation = invocation
                .nomad()
                .get("/v1/allocation/" + Query.encode(id), Query.none())
                .body();
        if (arguments.has("json")) {
            terminal.json(allocation);
            return 0;
        }
        show(invocation, allocation);
        return 0;
    }

    /** Prints everything about one allocation. */
    public static void show(Invocation invocation, Json allocation) throws ApiException {
        var terminal = invocation.terminal();
        var verbose = invocation.arguments().has("verbose");
        terminal.fields(overview(invocation, allocation, verbose));
        addresses(allocation, terminal);
        checks(allocation, terminal);
        if (invocation.arguments().has("short")) {
            tasksInShort(allocation, terminal);
        } else {
            new TaskDetails(invocation, allocation, verbose).print();
        }
        refusals(allocation, terminal);
        var status = allocation.text("ClientStatus");
        var over = !allocation.text("DesiredStatus").equals("run");
        if (status.equals("pending")
                || !over && List.of("failed", "lost", "unknown").contains(status)) {
            terminal.blankLine();
            terminal.line("Why, and what comes next: steppe explain " + Match.shown(allocation.text("ID"), verbose));
        }
        if (verbose) {
            scores(allocation, terminal);
        }
    }

    private static Fields overview(Invocation invocation, Json allocation, boolean verbose) throws ApiException {
        var terminal = invocation.terminal();
        var due = replacedAt(invocation, allocation);
        var deployment = allocation.at("DeploymentStatus");
        var reschedules = allocation.at("RescheduleTracker").items("Events").size();
        return new Fields()
                .put("ID", allocation.text("ID"))
                .put("Eval ID", Match.shown(allocation.text("EvalID"), verbose))
                .put("Name", allocation.text("Name"))
                .put("Node ID", Match.shown(allocation.text("NodeID"), verbose))
                .put("Node Name", allocation.text("NodeName"))
                .put("Job ID", allocation.text("JobID"))
                .put("Job Version", allocation.at("Job").text("Version"))
                .put("Client Status", allocation.text("ClientStatus"))
                .put("Client Description", allocation.text("ClientDescription"))
                .put("Desired Status", allocation.text("DesiredStatus"))
                .put("Desired Description", allocation.text("DesiredDescription"))
                .putIf(
                        !allocation.text("PreemptedByAllocation").isEmpty(),
                        "Preempted By",
                        Match.shown(allocation.text("PreemptedByAllocation"), verbose))
                .putIf(
                        !allocation.texts("PreemptedAllocations").isEmpty(),
                        "Preempted",
                        String.join(
                                ", ",
                                allocation.texts("PreemptedAllocations").stream()
                                        .map(id -> Match.shown(id, verbose))
                                        .toList()))
                .put("Created", terminal.since(allocation.number("CreateTime"), verbose))
                .put("Modified", terminal.since(allocation.number("ModifyTime"), verbose))
                .putIf(
                        !allocation.text("DeploymentID").isEmpty(),
                        "Deployment ID",
                        Match.shown(allocation.text("DeploymentID"), verbose))
                .putIf(!deployment.isNull(), "Deployment Health", health(deployment))
                .putIf(deployment.isTrue("Canary"), "Canary", "true")
                .putIf(
                        !allocation.text("NextAllocation").isEmpty(),
                        "Replacement Alloc ID",
                        Match.shown(allocation.text("NextAllocation"), verbose))
                .putIf(
                        reschedules > 0 || allocation.text("ClientStatus").equals("failed"),
                        "Reschedule Attempts",
                        reschedules + allowed(allocation))
                .putIf(due.isPresent(), "Reschedule Eligibility", due.orElse(""))
                .putIf(verbose, "Evaluated Nodes", allocation.at("Metrics").text("NodesEvaluated"))
                .putIf(verbose, "Filtered Nodes", allocation.at("Metrics").text("NodesFiltered"))
                .putIf(verbose, "Exhausted Nodes", allocation.at("Metrics").text("NodesExhausted"));
    }

    /** Of how many attempts, where its policy counts them. */
    private static String allowed(Json allocation) {
        for (var group : allocation.at("Job").items("TaskGroups")) {
            var policy = group.at("ReschedulePolicy");
            if (group.text("Name").equals(allocation.text("TaskGroup")) && !policy.isNull()) {
                return policy.isTrue("Unlimited") ? "" : "/" + policy.number("Attempts");
            }
        }
        return "";
    }

    /** When a failed one is replaced, where an evaluation waits for that time. */
    private static Optional<String> replacedAt(Invocation invocation, Json allocation) throws ApiException {
        var waiting = allocation.text("FollowupEvalID");
        if (waiting.isEmpty()) {
            return Optional.empty();
        }
        var terminal = invocation.terminal();
        var now = terminal.clock().instant();
        try {
            var evaluation = invocation
                    .nomad()
                    .get("/v1/evaluation/" + Query.encode(waiting), Query.none())
                    .body();
            return Times.ofText(evaluation.text("WaitUntil"))
                    .filter(due -> due.isAfter(now))
                    .map(due -> Times.span(Duration.between(now, due).plusMillis(999)) + " from now");
        } catch (ApiException failed) {
            if (failed.isNotFound()) {
                return Optional.empty();
            }
            throw failed;
        }
    }

    private static String health(Json deployment) {
        var healthy = deployment.at("Healthy");
        return healthy.isNull() ? "unset" : healthy.isTrue() ? "healthy" : "unhealthy";
    }

    private static void addresses(Json allocation, Terminal terminal) {
        var shared = allocation.at("AllocatedResources").at("Shared");
        var ports = shared.items("Ports");
        if (ports.isEmpty()) {
            return;
        }
        var networks = shared.items("Networks");
        var mode = networks.isEmpty() ? "" : networks.getFirst().text("Mode");
        terminal.blankLine();
        terminal.title("Allocation Addresses" + (mode.isEmpty() ? ":" : " (mode = \"" + mode + "\"):"));
        var table = new Table("Label", "Dynamic", "Address");
        for (var port : ports) {
            var dynamic = !isReserved(networks, port.text("Label"));
            var to = port.number("To");
            table.row(
                    "*" + port.text("Label"),
                    dynamic ? "yes" : "no",
                    Places.of(port.text("HostIP"), port.text("Value")) + (to > 0 ? " -> " + to : ""));
        }
        terminal.table(table);
    }

    private static boolean isReserved(List<Json> networks, String label) {
        for (var network : networks) {
            for (var port : network.items("ReservedPorts")) {
                if (port.text("Label").equals(label)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static void checks(Json allocation, Terminal terminal) {
        var checks = allocation.entries("CheckStatuses").values();
        if (checks.isEmpty()) {
            return;
        }
        terminal.blankLine();
        terminal.title("Nomad Service Checks:");
        var table = new Table("Service", "Task", "Name", "Mode", "Status");
        for (var check : checks) {
            table.row(check.text("Service"), "(group)", check.text("Check"), "healthiness", check.text("Status"));
        }
        terminal.table(table);
        for (var check : checks) {
            var output = check.text("Output").strip();
            if (!check.text("Status").equals("passing") && !output.isEmpty()) {
                terminal.line("Output of " + check.text("Check") + ": " + output);
            }
        }
    }

    private static void tasksInShort(Json allocation, Terminal terminal) {
        terminal.blankLine();
        terminal.title("Tasks");
        var table = new Table("Name", "State", "Last Event", "Time", "Lifecycle");
        for (var name : AllocMatch.tasks(allocation)) {
            var state = allocation.at("TaskStates").at(name);
            var events = state.items("Events");
            var last = events.isEmpty() ? new Json.Null() : events.getLast();
            var when = Times.ofNanos(last.number("Time"));
            table.row(
                    name,
                    state.text("State"),
                    last.text("Type"),
                    when.isPresent() ? terminal.time(when.get()) : "",
                    TaskDetails.lifecycle(allocation, name));
        }
        terminal.table(table);
    }

    private static void refusals(Json allocation, Terminal terminal) {
        var refusals = allocation.items("MeshRefusals");
        if (refusals.isEmpty()) {
            return;
        }
        terminal.blankLine();
        terminal.title("Refused by the mesh");
        var table = new Table("Last", "Count", "Upstream", "Destination", "Rule");
        for (var refusal : refusals) {
            var last = refusedAt(refusal);
            table.row(
                    last.isPresent() ? terminal.ago(last.get()) : "",
                    refusal.text("Count"),
                    refusal.text("Upstream"),
                    refusal.text("Destination"),
                    refusal.text("Rule"));
        }
        terminal.table(table);
        for (var refusal : refusals) {
            if (!refusal.text("Remedy").isEmpty()) {
                terminal.line("To allow it: " + terminal.bold(refusal.text("Remedy")));
            }
        }
    }

    private static Optional<Instant> refusedAt(Json refusal) {
        var nanos = Times.ofNanos(refusal.at("Time") instanceof Json.Number number ? number.number() : 0);
        return nanos.isPresent() ? nanos : Times.ofText(refusal.text("Time"));
    }

    private static void scores(Json allocation, Terminal terminal) {
        var scored = allocation.at("Metrics").items("ScoreMetaData");
        if (scored.isEmpty()) {
            return;
        }
        terminal.blankLine();
        terminal.title("Placement Metrics");
        var names = List.copyOf(scored.getFirst().entries("Scores").keySet());
        var headings = new ArrayList<>(List.of("Node"));
        headings.addAll(names);
        headings.add("final score");
        var table = new Table(headings);
        for (var node : scored) {
            var cells = new ArrayList<>(List.of(node.text("NodeID")));
            for (var name : names) {
                cells.add(score(node.at("Scores").at(name)));
            }
            cells.add(score(node.at("NormScore")));
            table.row(cells);
        }
        terminal.table(table);
    }

    private static String score(Json score) {
        var digits = score.isNull() ? "0" : score.text();
        var point = digits.indexOf('.');
        return point < 0 || digits.contains("E") ? digits : digits.substring(0, Math.min(digits.length(), point + 4));
    }
}
