package dev.steppe.cli.node;

import dev.steppe.cli.command.Arguments;
import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Match;
import dev.steppe.cli.command.Questions;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Table;
import dev.steppe.model.codec.CodecException;
import dev.steppe.model.codec.GoDuration;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Moves what runs on a node to others, and follows that until the node is empty. */
public final class NodeDrain implements Command {
    private static final Duration DEADLINE = Duration.ofHours(1);

    @Override
    public String usage() {
        return "[flags] <node>";
    }

    @Override
    public String about() {
        return "Moves what runs on a node to others, as the migrate blocks of jobs allow, and follows it until all tasks "
                + "there have stopped; batch jobs may go on until the deadline, system jobs stop last. The node gets "
                + "nothing new, also afterwards, until node eligibility -enable. With -dry-run nothing is done.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("enable", "Begin, or go on in another way."),
                Flag.toggle("disable", "Call it off; the node may have new allocations again."),
                Flag.toggle("monitor", "Only follow what goes on already."),
                Flag.toggle("dry-run", "Say where each allocation would go, or why it cannot, and do nothing."),
                Flag.text("deadline", "duration", "After this what is left is stopped. Default 1h."),
                Flag.toggle("no-deadline", "Wait for ever."),
                Flag.toggle("force", "Stop everything at once."),
                Flag.toggle("ignore-system", "Leave system jobs alone."),
                Flag.toggle("keep-ineligible", "With -disable: the node gets nothing new all the same."),
                Flag.text("m", "message", "Why; kept with the drain."),
                Flag.repeated("meta", "key=value", "More to keep with the drain."),
                Flag.toggle("self", "The node of this agent."),
                Flag.toggle("detach", "Do not follow it."),
                Flag.toggle("yes", "Do not ask."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException, IOException {
        var arguments = invocation.arguments();
        check(arguments);
        String id = node(invocation);
        if (arguments.has("monitor")) {
            return new DrainMonitor(invocation, id).follow();
        }
        if (arguments.has("dry-run")) {
            return preview(invocation, id);
        }
        var body = body(arguments, id);
        var written = arguments.words().isEmpty() ? id : arguments.words().getFirst();
        String change = arguments.has("enable") ? "enable" : "disable";
        if (!id.equals(written)
                && !arguments.has("yes")
                && !new Questions(invocation.terminal())
                        .agreed(
                                "Are you sure you want to " + change + " drain mode for node \"" + id + "\"?",
                                "write the node's whole id or add -yes")) {
            invocation.terminal().line("Canceling drain toggle");
            return 0;
        }
        invocation.nomad().put(path(id), Query.none(), body);
        if (arguments.has("disable")) {
            invocation
                    .terminal()
                    .line("Node \"" + id + "\" drain strategy unset, "
                            + (arguments.has("keep-ineligible") ? "it gets nothing new" : "eligible for scheduling"));
            return 0;
        }
        invocation.terminal().line("Node \"" + id + "\" drain strategy set");
        return arguments.has("detach") ? 0 : new DrainMonitor(invocation, id).follow();
    }

    private static void check(Arguments arguments) throws UsageException {
        long actions = List.of("enable", "disable", "monitor", "dry-run").stream()
                .filter(arguments::has)
                .count();
        if (actions != 1) {
            throw new UsageException("give one of -enable, -disable, -monitor and -dry-run");
        }
        long deadlines =
                List.of("no-deadline", "force").stream().filter(arguments::has).count()
                        + (arguments.text("deadline").isPresent() ? 1 : 0);
        if (deadlines > 1) {
            throw new UsageException("-deadline, -no-deadline and -force exclude each other");
        }
        boolean drains = arguments.has("enable") || arguments.has("dry-run");
        for (String flag : Set.of("no-deadline", "force", "ignore-system")) {
            if (!drains && arguments.has(flag)) {
                throw new UsageException("-" + flag + " goes with -enable");
            }
        }
        if (!drains && arguments.text("deadline").isPresent()) {
            throw new UsageException("-deadline goes with -enable");
        }
        if (!arguments.has("disable") && arguments.has("keep-ineligible")) {
            throw new UsageException("-keep-ineligible goes with -disable");
        }
    }

    private static String node(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        if (arguments.has("self")) {
            arguments.refuseWords();
            return NodeStatus.self(invocation);
        }
        return NodeMatch.one(invocation, arguments.onlyWord("the node"));
    }

    static String path(String id) {
        return "/v1/node/" + Query.encode(id) + "/drain";
    }

    private static Json body(Arguments arguments, String id) throws UsageException {
        var fields = new Json.Fields().put("NodeID", id);
        fields.put("DrainSpec", arguments.has("disable") ? new Json.Null() : specification(arguments));
        fields.put("MarkEligible", arguments.has("disable") && !arguments.has("keep-ineligible"));
        var meta = new Json.Fields();
        for (var pair : arguments.texts("meta")) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new UsageException("flag -meta: \"" + pair + "\" is not key=value");
            }
            meta.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        arguments.text("m").ifPresent(message -> meta.put("message", message));
        return fields.put("Meta", meta.build()).build();
    }

    private static Json specification(Arguments arguments) throws UsageException {
        return new Json.Fields()
                .put("Deadline", deadline(arguments).toNanos())
                .put("IgnoreSystemJobs", arguments.has("ignore-system"))
                .build();
    }

    private static Duration deadline(Arguments arguments) throws UsageException {
        if (arguments.has("force")) {
            return Duration.ofSeconds(-1);
        }
        if (arguments.has("no-deadline")) {
            return Duration.ZERO;
        }
        var written = arguments.text("deadline");
        if (written.isEmpty()) {
            return DEADLINE;
        }
        try {
            var deadline = GoDuration.parse(written.get());
            if (deadline.isNegative() || deadline.isZero()) {
                throw new UsageException("flag -deadline: write a time, -no-deadline or -force");
            }
            return deadline;
        } catch (CodecException wrong) {
            throw new UsageException("flag -deadline: " + wrong.getMessage());
        }
    }

    /** Exit code 1 when something has no other place. */
    private static int preview(Invocation invocation, String id) throws UsageException, ApiException {
        var terminal = invocation.terminal();
        var body = new Json.Fields()
                .put("NodeID", id)
                .put("DrainSpec", specification(invocation.arguments()))
                .build();
        var moves = invocation
                .nomad()
                .put(path(id) + "/plan", Query.none(), body)
                .body()
                .items("Allocations");
        if (moves.isEmpty()) {
            terminal.line("No allocations run on node \"" + id + "\": it is empty at once");
            return 0;
        }
        var table = new Table("ID", "Job", "Task Group", "Type", "Moves To", "When");
        for (var move : moves) {
            table.row(
                    Match.shown(move.text("AllocID"), false),
                    move.text("JobID"),
                    move.text("TaskGroup"),
                    move.text("JobType"),
                    move.isTrue("CanMove")
                            ? Match.shown(move.text("TargetNodeID"), false) + " (" + move.text("TargetNodeName") + ")"
                            : "-",
                    move.text("When"));
        }
        terminal.table(table);
        int stuck = 0;
        for (var move : moves) {
            if (!move.isTrue("CanMove")) {
                terminal.blankLine();
                terminal.line(terminal.bold("Allocation \"" + Match.shown(move.text("AllocID"), false) + "\" of job \""
                        + move.text("JobID") + "\" has no other place:"));
                move.texts("Reasons").forEach(reason -> terminal.line("  * " + reason));
                stuck += move.text("JobType").startsWith("sys") ? 0 : 1;
            }
        }
        return stuck > 0 ? 1 : 0;
    }
}
