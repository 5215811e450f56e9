package dev.steppe.cli.alloc;

import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Match;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/** Finds allocations by the beginning of their id, and their tasks. */
final class AllocMatch {
    private static final String PROXY = "connect-proxy-";

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
}
