package dev.steppe.cli.node;

import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.Match;
import dev.steppe.cli.http.Api;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import java.util.ArrayList;
import java.util.List;

/** Finds the node that a person means by its id, the beginning of that, or its name. */
public final class NodeMatch {
    private static final String PATH = "/v1/nodes";
    private static final int ID_LENGTH = 36;

    private NodeMatch() {}

    /** The id of the one node that is meant; fails when there is none, or several of which one cannot know. */
    public static String one(Invocation invocation, String written) throws CommandFailure, ApiException {
        var api = invocation.nomad();
        List<Json> found = new ArrayList<>(written.length() < 2 ? List.of() : Match.all(api, PATH, written));
        if (written.length() != ID_LENGTH || found.isEmpty()) {
            for (var named : named(api, written)) {
                if (found.stream().noneMatch(it -> it.text("ID").equals(named.text("ID")))) {
                    found.add(named);
                }
            }
        }
        return Match.only(
                found,
                "No node(s) with prefix, id or name \"" + written + "\" found",
                "\"" + written + "\" stands for multiple nodes",
                "ID",
                "ID",
                "DC",
                "Datacenter",
                "Name",
                "Name",
                "Status",
                "Status");
    }

    private static List<Json> named(Api api, String name) throws ApiException {
        var quoted = "\"" + name.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
        return api.get(PATH, Query.of("filter", "Name == " + quoted)).body().items();
    }
}
