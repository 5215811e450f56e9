package dev.steppe.cli.alloc;

import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Match;
import dev.steppe.cli.http.Api;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;

/** Finds allocations by the beginning of their id, and their tasks. */
final class AllocMatch {
    private static final String PROXY = "connect-proxy-";
    private static final String RUNNING = "running";

    private AllocMatch() {}

    static String one(Invocation invocation, String prefix) throws CommandFailure, ApiException {
        return Match.one(
                invocation.nomad(),
                "/v1/allocations",
                "allocation",
                prefix,
                "ID",
                "ID",
                "Name",
                "Name",
                "Node ID",
                "NodeID",
                "Status",
                "ClientStatus");
    }

    /** True for the part of the mesh's proxy that serves one service of the allocation. */
    static boolean isProxy(String task) {
        return task.startsWith(PROXY);
    }

    /** The tasks of the group as the job lists them, then those only the agent knows, such as proxies. */
    static List<String> tasks(Json allocation) {
        var names = new LinkedHashSet<String>();
        for (var task : group(allocation).items("Tasks")) {
            names.add(task.text("Name"));
        }
        names.addAll(allocation.entries("TaskStates").keySet());
        return new ArrayList<>(names);
    }

    /** The allocation's group in its job; the empty value when the job is not part of the answer. */
    static Json group(Json allocation) {
        for (var group : allocation.at("Job").items("TaskGroups")) {
            if (group.text("Name").equals(allocation.text("TaskGroup"))) {
                return group;
            }
        }
        return new Json.Null();
    }

    /** The allocation that a command's first word names: by the beginning of its id, with -job by its job. */
    static String ofArgument(Invocation invocation, String word) throws CommandFailure, ApiException {
        return invocation.arguments().has("job") ? ofJob(invocation, word) : one(invocation, word);
    }

    /** The task of this name, the only one when the name is empty. */
    static String task(Api api, String id, String named) throws CommandFailure, ApiException {
        return named.isEmpty()
                ? onlyTask(api.get("/v1/allocation/" + Query.encode(id), Query.none())
                        .body())
                : named;
    }

    /** The same; with -job the newest allocation that has ended where none runs, since its files are still there. */
    static String ofArgumentOrEnded(Invocation invocation, String word) throws CommandFailure, ApiException {
        return invocation.arguments().has("job") ? ofJob(invocation, word, true) : one(invocation, word);
    }

    /** The newest running allocation of a job, of the group that the flags name. */
    static String ofJob(Invocation invocation, String job) throws CommandFailure, ApiException {
        return ofJob(invocation, job, false);
    }

    private static String ofJob(Invocation invocation, String job, boolean orEnded)
            throws CommandFailure, ApiException {
        var group = invocation.arguments().text("group");
        var allocations = invocation
                .nomad()
                .get("/v1/job/" + Query.encode(job) + "/allocations", Query.none())
                .body()
                .items();
        Json found = new Json.Null();
        for (var allocation : allocations) {
            var status = allocation.text("ClientStatus");
            if ((group.isEmpty() || group.get().equals(allocation.text("TaskGroup")))
                    && (orEnded || status.equals(RUNNING))) {
                found = better(found, allocation);
            }
        }
        if (found.isNull()) {
            throw new CommandFailure((orEnded ? "No allocation" : "No running allocation") + " of job \"" + job + "\""
                    + (group.isEmpty() ? "" : ", group \"" + group.get() + "\"") + " found");
        }
        return found.text("ID");
    }

    /** What runs has more to tell than what has ended, and that more than what waits: a replacement has no files yet. */
    private static Json better(Json one, Json other) {
        return Comparator.comparingInt(AllocMatch::rank)
                                .thenComparing(it -> it.number("CreateIndex"))
                                .compare(other, one)
                        >= 0
                ? other
                : one;
    }

    private static int rank(Json allocation) {
        return switch (allocation.text("ClientStatus")) {
            case RUNNING -> 2;
            case "complete", "failed", "lost" -> 1;
            default -> allocation.isNull() ? -1 : 0;
        };
    }

    /** The only task; proxies of the mesh do not count. */
    static String onlyTask(Json allocation) throws CommandFailure {
        List<String> tasks = new ArrayList<>();
        for (var name : tasks(allocation)) {
            if (!isProxy(name)) {
                tasks.add(name);
            }
        }
        if (tasks.size() == 1) {
            return tasks.getFirst();
        }
        throw new CommandFailure(
                tasks.isEmpty()
                        ? "The allocation has no tasks yet"
                        : "The allocation has several tasks; name one: " + String.join(", ", tasks));
    }
}
