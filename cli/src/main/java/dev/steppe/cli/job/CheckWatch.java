package dev.steppe.cli.job;

import dev.steppe.cli.command.Match;
import dev.steppe.cli.http.Api;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Watches the health checks of allocations that start, and says each change once. One thread. */
final class CheckWatch {
    private final Api api;
    private final boolean verbose;
    private final Map<String, String> statuses = new LinkedHashMap<>();

    CheckWatch(Api api, boolean verbose) {
        this.api = api;
        this.verbose = verbose;
    }

    /** Says which checks changed since the last call. An agent that shows no checks is no reason to stop following. */
    void tell(List<Json> allocations, Consumer<String> say) {
        for (var allocation : allocations) {
            var id = allocation.text("ID");
            for (var check : checks(id)) {
                var before = statuses.put(id + " " + name(check), check.text("Status"));
                if (!check.text("Status").equals(before)) {
                    var is = before == null && isFailing(check.text("Status")) ? "is not passing yet" : is(check);
                    say.accept("Allocation \"" + Match.shown(id, verbose) + "\": " + name(check) + " " + is
                            + output(check));
                }
            }
        }
    }

    /** What is wrong with the checks of an allocation, in one line. */
    String failing(String allocationId) {
        List<String> failing = new ArrayList<>();
        for (var check : checks(allocationId)) {
            if (isFailing(check.text("Status"))) {
                failing.add(name(check) + " " + is(check) + output(check));
            }
        }
        return failing.isEmpty() ? "its tasks run, but not all of them did so long enough" : String.join("; ", failing);
    }

    private List<Json> checks(String allocationId) {
        try {
            var path = "/v1/allocation/" + Query.encode(allocationId) + "/checks";
            return List.copyOf(api.get(path, Query.none()).body().entries().values());
        } catch (ApiException unavailable) {
            return List.of();
        }
    }

    private static boolean isFailing(String status) {
        return !List.of("passing", "success").contains(status);
    }

    private static String name(Json check) {
        var service = check.text("Service");
        var name = check.text("Check");
        // the name of a check that was given none; it says nothing and its quotes confuse
        return name.isEmpty() || name.equals("service: \"" + service + "\" check")
                ? "the check of service \"" + service + "\""
                : "check \"" + name + "\" of service \"" + service + "\"";
    }

    private static String is(Json check) {
        return "is " + check.text("Status");
    }

    private static String output(Json check) {
        var output = check.text("Output").strip();
        return isFailing(check.text("Status")) && !output.isEmpty() ? ": " + output : "";
    }
}
