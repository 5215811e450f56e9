package dev.steppe.cli.job;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Match;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.evaluation.PlacementFailure;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Table;
import dev.steppe.cli.terminal.Terminal;
import dev.steppe.cli.terminal.Times;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Shows what submitting a job would change, in the job and on the nodes, and changes nothing. */
public final class JobPlan implements Command {
    private static final int CHANGES = 1;
    private static final int FAILED = 255;

    /** Beyond that evictions are counted by job, and jobs that lose allocations are counted. */
    private static final int SHOWN = 10;

    /** The counts of a group that mean that an allocation starts or ends. */
    private static final List<String> STARTS_AND_ENDS =
            List.of("Place", "Stop", "Migrate", "DestructiveUpdate", "Canary");

    @Override
    public String usage() {
        return "[flags] <path>";
    }

    @Override
    public String about() {
        return "Shows what would happen if a job file were submitted now: how the job differs from the registered one, "
                + "and which allocations the scheduler would create, replace, update as they run, or stop. Nothing is "
                + "changed. Exit code 0 when no allocation would start or end, 1 when one would, 255 on an error.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("diff", "Show how the job differs. Default true."),
                Flag.toggle("json", "The file is JSON."),
                Flag.toggle("json-output", "The whole answer as JSON."),
                Flag.repeated("var", "name=value", "The value of a variable of the file; may be repeated."),
                Flag.repeated("var-file", "path", "A file with values of variables; may be repeated."),
                Flag.toggle("verbose", "Unchanged fields too."),
                Flag.refused("policy-override", "there is nothing it could override in this version"),
                JobFileText.strictFlag(),
                Flag.refused("vault-namespace", "write it into the job file"),
                CommonFlags.template());
    }

    @Override
    public int run(Invocation invocation) throws CommandFailure {
        try {
            return plan(invocation, invocation.arguments().onlyWord("the path of a job file"));
        } catch (UsageException refused) {
            throw new CommandFailure(
                    refused.getMessage() + "\nFor its flags and arguments: steppe job plan -h", FAILED);
        } catch (CommandFailure failed) {
            throw new CommandFailure(failed.getMessage(), FAILED);
        } catch (ApiException failed) {
            var prefix = failed.status() == 0 ? "Error: " : "Error during plan: ";
            throw new CommandFailure(prefix + failed.getMessage(), FAILED);
        } catch (IOException failed) {
            throw new CommandFailure("Error: " + failed.getMessage(), FAILED);
        }
    }

    private static int plan(Invocation invocation, String path)
            throws UsageException, CommandFailure, ApiException, IOException {
        var arguments = invocation.arguments();
        var terminal = invocation.terminal();
        var parsed = JobFileText.read(invocation, path).parsed(invocation);
        var job = JobFileText.json(parsed);
        var withDiff = !arguments.text("diff").filter("false"::equals).isPresent();
        var body = new Json.Fields().put("Job", job).put("Diff", withDiff).build();
        var reply = invocation
                .nomad()
                .put(
                        "/v1/job/" + Query.encode(job.text("ID")) + "/plan",
                        JobRun.JobScope.ofFile(job, invocation).query(),
                        body)
                .body();
        if (arguments.has("json-output")) {
            terminal.json(reply);
            return code(reply);
        }
        if (withDiff) {
            new JobDifference(terminal, arguments.has("verbose")).print(reply.at("Diff"));
            terminal.blankLine();
        }
        terminal.title("Scheduler dry-run:");
        var losses = new Losses(
                reply.at("Annotations").items("PreemptedJobs"),
                JobRun.JobScope.ofFile(job, invocation).namespace());
        dryRun(reply, losses, terminal);
        Times.ofText(reply.text("NextPeriodicLaunch"))
                .filter(next -> next.isAfter(Instant.EPOCH))
                .ifPresent(next -> terminal.line(
                        "- If submitted now, the next launch would be at " + NextLaunch.shown(next, terminal) + "."));
        evicted(reply, losses, terminal);
        terminal.blankLine();
        JobRun.warn(reply, parsed, invocation);
        terminal.title("Job Modify Index: " + reply.text("JobModifyIndex"));
        terminal.line("To submit exactly this plan, so that it is refused if somebody changes the job before:");
        terminal.blankLine();
        terminal.line(
                "steppe job run -check-index " + reply.text("JobModifyIndex") + variables(invocation) + " " + path);
        return code(reply);
    }

    private static String variables(Invocation invocation) {
        var written = new StringBuilder();
        for (var flag : List.of("var", "var-file")) {
            for (var value : invocation.arguments().texts(flag)) {
                written.append(" -").append(flag).append('=').append(quoted(value));
            }
        }
        return written.toString();
    }

    /** As a shell takes it. */
    private static String quoted(String value) {
        return value.matches("[\\w@%+=:,./-]*") ? value : "'" + value.replace("'", "'\\''") + "'";
    }

    private static void dryRun(Json reply, Losses losses, Terminal terminal) {
        var failed = reply.entries("FailedTGAllocs");
        if (failed.isEmpty()) {
            terminal.line(terminal.green("- Every allocation has a place."));
        } else {
            terminal.line(terminal.yellow("- WARNING: not every allocation has a place."));
            PlacementFailure.print(failed, "  ", terminal);
        }
        for (var group : reply.at("Annotations").entries("DesiredTGUpdates").entrySet()) {
            for (var sentence : sentences(group.getValue())) {
                terminal.line("- Group \"" + group.getKey() + "\": " + sentence);
            }
        }
        for (var loss : losses.shown()) {
            terminal.line(
                    "- Job \"" + loss.text("JobID") + "\"" + losses.elsewhere(loss) + " would lose " + cost(loss));
        }
        losses.more().ifPresent(more -> terminal.line("- " + more));
    }

    /** What jobs lose to one of a namespace. */
    private record Losses(List<Json> all, String namespace) {
        List<Json> shown() {
            return all.subList(0, Math.min(all.size(), SHOWN));
        }

        Optional<String> more() {
            int left = all.size() - SHOWN;
            return left > 0 ? Optional.of("and " + left + " more " + (left == 1 ? "job" : "jobs")) : Optional.empty();
        }

        /** Names the namespace of a job that is in another one. */
        String elsewhere(Json loss) {
            var other = loss.text("Namespace");
            return other.equals(namespace) ? "" : " of namespace \"" + other + "\"";
        }
    }

    private static String cost(Json loss) {
        var evicted = loss.number("Evicted");
        var lost = allocations(evicted) + ", ";
        if (loss.at("Unplaced").isNull()) {
            return lost + "other places not looked for";
        }
        var unplaced = loss.number("Unplaced");
        if (unplaced == 0) {
            return lost + (evicted == 1 ? "for which there is another place" : "for which there are other places");
        }
        return lost + (unplaced == evicted ? "" : unplaced + " of them ") + "without another place";
    }

    private static List<String> sentences(Json updates) {
        List<String> sentences = new ArrayList<>();
        if (updates.number("InPlaceUpdate") > 0) {
            sentences.add(allocations(updates.number("InPlaceUpdate")) + " updated in place, no task restarts");
        }
        var now = updates.number("DestructiveUpdate");
        var later = updates.number("ReplacedLater");
        if (now > 0) {
            sentences.add(allocations(now) + " replaced"
                    + (later > 0 ? " now, " + later + " more as those prove healthy" : "") + because(updates));
        } else if (later > 0) {
            sentences.add(allocations(later) + " replaced once newer ones prove healthy");
        }
        if (updates.number("RescheduleLater") > 0) {
            sentences.add(allocations(updates.number("RescheduleLater"))
                    + " that failed replaced later, as the reschedule" + " policy says");
        }
        if (updates.number("Preemptions") > 0) {
            sentences.add(allocations(updates.number("Preemptions")) + " of other jobs evicted to make room");
        }
        return sentences;
    }

    private static void evicted(Json reply, Losses losses, Terminal terminal) {
        var victims = reply.at("Annotations").at("PreemptedAllocs").items();
        if (victims.isEmpty()) {
            return;
        }
        terminal.blankLine();
        terminal.title("Preemptions:");
        if (victims.size() > SHOWN) {
            var jobs = new Table("Job ID", "Preemptions");
            for (var loss : losses.shown()) {
                jobs.row(loss.text("JobID") + losses.elsewhere(loss), loss.text("Evicted"));
            }
            terminal.table(jobs);
            losses.more().ifPresent(terminal::line);
            return;
        }
        var table = new Table("Alloc ID", "Job ID", "Task Group", "Node");
        for (var victim : victims) {
            table.row(
                    Match.shown(victim.text("ID"), false),
                    victim.text("JobID"),
                    victim.text("TaskGroup"),
                    victim.text("NodeName"));
        }
        terminal.table(table);
    }

    private static String because(Json updates) {
        var reasons = updates.texts("Reasons");
        return reasons.isEmpty() ? "" : ", because of " + String.join("; ", reasons);
    }

    private static String allocations(long count) {
        return count + (count == 1 ? " allocation" : " allocations");
    }

    private static int code(Json reply) {
        for (var group : reply.at("Annotations").entries("DesiredTGUpdates").values()) {
            for (var count : STARTS_AND_ENDS) {
                if (group.number(count) > 0) {
                    return CHANGES;
                }
            }
        }
        return 0;
    }
}
