package dev.steppe.cli.job;

import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Match;
import dev.steppe.cli.http.Api;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Terminal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Follows a deployment until it is over and prints each step once; one that brings an earlier version back, to the end of
 * that too. One thread.
 */
public final class DeploymentWatch {
    private static final long WAIT_SECONDS = 2;

    private final Api api;
    private final Terminal terminal;
    private final AllocationWatch allocations;
    private final boolean verbose;
    private final long waitSeconds;
    private final Set<String> told = new LinkedHashSet<>();

    DeploymentWatch(Api api, Terminal terminal, AllocationWatch allocations, boolean verbose) {
        this(api, terminal, allocations, verbose, WAIT_SECONDS);
    }

    private DeploymentWatch(
            Api api, Terminal terminal, AllocationWatch allocations, boolean verbose, long waitSeconds) {
        this.api = api;
        this.terminal = terminal;
        this.allocations = allocations;
        this.verbose = verbose;
        this.waitSeconds = waitSeconds;
    }

    /** For a deployment that was begun some time ago, looking at it at least this often. */
    public static DeploymentWatch of(Invocation invocation, boolean verbose, long waitSeconds) throws ApiException {
        var api = invocation.nomad();
        var terminal = invocation.terminal();
        return new DeploymentWatch(
                api, terminal, new AllocationWatch(api, terminal, verbose), verbose, Math.max(1, waitSeconds));
    }

    /** Follows to the end. Exit code: 0 it was successful, 1 it was not. */
    public int follow(String deploymentId) throws ApiException {
        terminal.head("Monitoring deployment \"" + id(deploymentId) + "\"");
        var path = "/v1/deployment/" + Query.encode(deploymentId);
        var allocationsPath = "/v1/deployment/allocations/" + Query.encode(deploymentId);
        while (true) {
            var deployment = api.get(path, Query.none()).body();
            var placed = api.get(allocationsPath, Query.none());
            tellAllocations(placed.body().items());
            tellGroups(deployment);
            if (!List.of("running", "paused").contains(deployment.text("Status"))) {
                return tellEnd(deployment);
            }
            tellWaiting(deployment);
            api.next(allocationsPath, Query.none(), placed, waitSeconds);
        }
    }

    private void tellAllocations(List<Json> placed) {
        allocations.tell(placed);
        List<Json> wanted = new ArrayList<>();
        List<Json> unproven = new ArrayList<>();
        for (var allocation : placed) {
            if (allocation.text("DesiredStatus").equals("run")) {
                wanted.add(allocation);
                boolean judged = allocation.at("DeploymentStatus").at("Healthy") instanceof Json.Bool;
                if (allocation.text("ClientStatus").equals("running") && !judged) {
                    unproven.add(allocation);
                }
            }
        }
        allocations.tellFailed(AllocationWatch.failed(wanted));
        allocations.tellUnproven(unproven);
    }

    private void tellGroups(Json deployment) {
        for (var group : deployment.entries("TaskGroups").entrySet()) {
            var state = group.getValue();
            var unhealthy = state.number("UnhealthyAllocs");
            var line = "Group \"" + group.getKey() + "\": " + state.number("PlacedAllocs") + " placed, "
                    + state.number("HealthyAllocs") + " of " + state.number("DesiredTotal") + " healthy"
                    + (unhealthy > 0 ? ", " + unhealthy + " unhealthy" : "");
            if (told.add(deployment.text("ID") + line)) {
                terminal.note(line);
            }
        }
    }

    /** Says what only a person can do. */
    private void tellWaiting(Json deployment) {
        var description = deployment.text("StatusDescription");
        if (!told.add(deployment.text("ID") + description)) {
            return;
        }
        if (description.contains("manual promotion")) {
            terminal.note(description + ": steppe deployment promote " + id(deployment.text("ID")));
        } else if (deployment.text("Status").equals("paused")) {
            terminal.note(description + ": steppe deployment resume " + id(deployment.text("ID")));
        }
    }

    private int tellEnd(Json deployment) throws ApiException {
        var status = deployment.text("Status");
        var successful = status.equals("successful");
        var line = "Deployment \"" + id(deployment.text("ID")) + "\" " + status + ": "
                + deployment.text("StatusDescription");
        terminal.head(successful ? terminal.green(line) : terminal.red(line));
        terminal.blankLine();
        DeploymentView.print(deployment, terminal, verbose);
        if (deployment.text("StatusDescription").contains("rolling back to job version")) {
            var next = successor(deployment);
            if (!next.isEmpty()) {
                terminal.blankLine();
                follow(next);
            }
        }
        return successful ? 0 : 1;
    }

    /** The deployment of the version that came back; empty when it needed none. */
    private String successor(Json deployment) throws ApiException {
        var path = "/v1/job/" + Query.encode(deployment.text("JobID")) + "/deployment";
        var query = Query.of("namespace", deployment.text("Namespace"));
        var reply = api.get(path, query);
        for (var attempt = 0; attempt < 5; attempt++) {
            var newest = reply.body().text("ID");
            if (!newest.isEmpty() && !newest.equals(deployment.text("ID"))) {
                return newest;
            }
            reply = api.next(path, query, reply, waitSeconds);
        }
        return "";
    }

    private String id(String id) {
        return Match.shown(id, verbose);
    }
}
