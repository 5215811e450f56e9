package dev.steppe.cli.alloc;

import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.http.Reply;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Background;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Follows the output of several tasks at once, each line whole and, when they are of a job, with where it comes from in
 * front. New allocations of the job join. Error output goes to the error stream.
 */
final class LogFollower {
    private static final long WAIT_SECONDS = 30;

    private final Invocation invocation;
    private final List<String> types;
    private final LogTerms terms;
    private final Set<String> begun = new LinkedHashSet<>();
    private int active;

    LogFollower(Invocation invocation, List<String> types, LogTerms terms) {
        this.invocation = invocation;
        this.types = types;
        this.terms = terms;
    }

    /** Both streams of one task: one after the other, or followed until it has ended. */
    void task(String id, String task) throws IOException {
        begin(id, task, "");
        awaitQuiet();
    }

    /** All tasks of a job, or those of one name; ends when nothing of it runs any more. */
    void job(String job, String onlyTask) throws ApiException, IOException {
        var api = invocation.nomad();
        var path = "/v1/job/" + Query.encode(job) + "/allocations";
        var group = invocation.arguments().text("group").orElse("");
        for (var reply = api.get(path, Query.none()); ; reply = api.next(path, Query.none(), reply, WAIT_SECONDS)) {
            var alive = alive(reply, group);
            for (var allocation : alive) {
                for (var task : allocation.entries("TaskStates").keySet()) {
                    if (!AllocMatch.isProxy(task) && (onlyTask.isEmpty() || onlyTask.equals(task))) {
                        begin(allocation.text("ID"), task, allocation.text("ID").substring(0, 8) + " " + task + " | ");
                    }
                }
            }
            if (alive.isEmpty()) {
                awaitQuiet();
                return;
            }
        }
    }

    private static List<Json> alive(Reply reply, String group) {
        List<Json> alive = new ArrayList<>();
        for (var allocation : reply.body().items()) {
            var status = allocation.text("ClientStatus");
            var wanted = group.isEmpty() || group.equals(allocation.text("TaskGroup"));
            if (wanted && (status.equals("running") || status.equals("pending"))) {
                alive.add(allocation);
            }
        }
        return alive;
    }

    private void begin(String id, String task, String prefix) {
        for (var type : types) {
            if (begun.add(id + "/" + task + "/" + type)) {
                change(1);
                if (terms.follow()) {
                    Background.start("log", () -> follow(id, task, type, prefix));
                } else {
                    follow(id, task, type, prefix);
                }
            }
        }
    }

    private void follow(String id, String task, String type, String prefix) {
        var to = type.equals("stderr")
                ? invocation.terminal().err()
                : invocation.terminal().out();
        try (var stream = terms.open(invocation.nomad(), id, task, type)) {
            lines(stream, prefix, to);
        } catch (ApiException | IOException failed) {
            print(
                    prefix + "(" + type + ": " + failed.getMessage() + ")",
                    invocation.terminal().err());
        } finally {
            change(-1);
        }
    }

    private void lines(InputStream stream, String prefix, PrintStream to) throws IOException {
        var line = new ByteArrayOutputStream();
        for (var next = stream.read(); next >= 0; next = stream.read()) {
            if (next == '\n') {
                print(prefix + line.toString(StandardCharsets.UTF_8), to);
                line.reset();
            } else {
                line.write(next);
            }
        }
        if (line.size() > 0) {
            print(prefix + line.toString(StandardCharsets.UTF_8), to);
        }
    }

    private synchronized void print(String line, PrintStream to) {
        to.print(line + "\n");
        to.flush();
    }

    private synchronized void change(int by) {
        active += by;
        notifyAll();
    }

    private synchronized void awaitQuiet() throws IOException {
        try {
            while (active > 0) {
                wait();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stopping);
        }
    }
}
