package dev.steppe.cli.job;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Questions;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.model.codec.CodecException;
import dev.steppe.model.codec.GoDuration;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Restarts the allocations of a job, some at a time: in their place, or by having others placed. */
public final class JobRestart implements Command {
    private static final String ASK = "ask";

    @Override
    public String usage() {
        return "[flags] <job>";
    }

    @Override
    public String about() {
        return "Restarts what runs of a job, a batch at a time. Tasks are restarted where they are, or with -reschedule "
                + "allocations are stopped and the next batch begins when their replacements run.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("all-tasks", "All tasks, also those that ended, in the order of their lifecycle."),
                Flag.text("batch-size", "n or n%", "How many allocations at a time; 1 by default."),
                Flag.text("batch-wait", "duration", "How long to wait between batches, or ask; 0s by default."),
                Flag.repeated("group", "name", "Only this group; may be repeated."),
                Flag.toggle("no-shutdown-delay", "Do not wait for shutdown_delay; with -reschedule."),
                Flag.text("on-error", "fail", "What to do when a restart fails: ask (the default) or fail."),
                Flag.toggle("reschedule", "Stop allocations and have others placed."),
                Flag.repeated("task", "name", "Only this task; may be repeated."),
                Flag.toggle("verbose", "Whole ids."),
                Flag.toggle("yes", "Do not ask whether to begin."));
    }

    /** What was asked for. */
    private record Wish(List<String> tasks, boolean allTasks, boolean reschedule, boolean withoutDelay) {
        static Wish of(Invocation invocation) throws UsageException {
            var arguments = invocation.arguments();
            var wish = new Wish(
                    arguments.texts("task"),
                    arguments.has("all-tasks"),
                    arguments.has("reschedule"),
                    arguments.has("no-shutdown-delay"));
            if (wish.reschedule && (wish.allTasks || !wish.tasks.isEmpty())) {
                throw new UsageException("-reschedule concerns whole allocations; leave out -task and -all-tasks");
            }
            if (wish.allTasks && !wish.tasks.isEmpty()) {
                throw new UsageException("-task and -all-tasks exclude each other");
            }
            if (wish.withoutDelay && !wish.reschedule) {
                throw new UsageException("-no-shutdown-delay needs -reschedule");
            }
            return wish;
        }
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException, IOException {
        var arguments = invocation.arguments();
        var wish = Wish.of(invocation);
        var onError = arguments.text("on-error").orElse(ASK);
        if (!onError.equals(ASK) && !onError.equals("fail")) {
            throw new UsageException("flag -on-error: \"" + onError + "\" is neither ask nor fail");
        }
        var pause = pause(arguments.text("batch-wait").orElse("0s"));
        var stub = JobMatch.one(invocation, arguments.onlyWord("the job"));
        var running = running(invocation, stub, wish, arguments.texts("group"));
        var terminal = invocation.terminal();
        if (running.isEmpty()) {
            terminal.line("No allocations to restart");
            return 0;
        }
        int size = batchSize(arguments.text("batch-size").orElse("1"), running.size());
        var questions = new Questions(terminal);
        if (!arguments.has("yes")
                && !questions.agreed("Are you sure you want to restart " + allocations(running.size()) + " of job \""
                        + stub.text("ID") + "\"?")) {
            terminal.line("Restart cancelled");
            return 0;
        }
        var restarts = new Restarts(invocation, arguments.has("verbose"));
        terminal.line("==> Restarting " + allocations(running.size()) + ", " + size + " at a time");
        for (int from = 0; from < running.size(); from += size) {
            if (from > 0 && !goOn(questions, pause)) {
                terminal.line("==> Stopped after " + allocations(from));
                return 1;
            }
            var batch = running.subList(from, Math.min(from + size, running.size()));
            var failures = wish.reschedule
                    ? restarts.reschedule(batch, wish.withoutDelay)
                    : restarts.inPlace(batch, wish.tasks, wish.allTasks);
            if (failures > 0 && (onError.equals("fail") || !questions.agreed("Go on with the next batch?"))) {
                throw new CommandFailure("==> Stopped: " + allocations(failures) + " could not be restarted");
            }
        }
        terminal.line("==> Done");
        return 0;
    }

    private static String allocations(int count) {
        return count + (count == 1 ? " allocation" : " allocations");
    }

    private static List<Json> running(Invocation invocation, Json stub, Wish wish, List<String> groups)
            throws CommandFailure, ApiException {
        if (wish.reschedule && stub.text("Type").startsWith("sys")) {
            throw new CommandFailure("Jobs of type \"" + stub.text("Type")
                    + "\" cannot be rescheduled: they run on every" + " fitting node; leave out -reschedule");
        }
        var path = "/v1/job/" + Query.encode(stub.text("ID")) + "/allocations";
        var found = new ArrayList<Json>();
        for (var allocation : invocation
                .nomad()
                .get(path, JobRun.JobScope.of(stub).query())
                .body()
                .items()) {
            boolean wanted = groups.isEmpty() || groups.contains(allocation.text("TaskGroup"));
            boolean runs = allocation.text("ClientStatus").equals("running")
                    && allocation.text("DesiredStatus").equals("run");
            if (wanted && runs) {
                found.add(allocation);
            }
        }
        return found;
    }

    static int batchSize(String written, int all) throws UsageException {
        var percent = written.endsWith("%");
        try {
            var number = Integer.parseInt(percent ? written.substring(0, written.length() - 1) : written);
            var size = percent ? (int) Math.ceil(all * number / 100.0) : number;
            if (number > 0) {
                return Math.max(1, size);
            }
        } catch (NumberFormatException notANumber) {
            // said below
        }
        throw new UsageException("flag -batch-size: \"" + written + "\" is neither a number above 0 nor a percentage");
    }

    /** Empty: somebody is asked. */
    private static Optional<Duration> pause(String written) throws UsageException {
        if (written.equals(ASK)) {
            return Optional.empty();
        }
        try {
            return Optional.of(GoDuration.parse(written));
        } catch (CodecException notADuration) {
            throw new UsageException("flag -batch-wait: \"" + written + "\" is neither a duration such as 30s nor ask");
        }
    }

    private static boolean goOn(Questions questions, Optional<Duration> pause) throws IOException {
        if (pause.isEmpty()) {
            return questions.agreed("Go on with the next batch?");
        }
        try {
            Thread.sleep(pause.get());
            return true;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
