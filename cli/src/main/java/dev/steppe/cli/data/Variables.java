package dev.steppe.cli.data;

import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.json.JsonReader;
import dev.steppe.cli.json.JsonSyntaxException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** What the commands about variables share. */
final class Variables {
    private static final int CONFLICT = 409;

    private Variables() {}

    /** The route of a variable; slashes divide its path. */
    static String route(String path) {
        return "/v1/var/" + encoded(path);
    }

    /** A path with each of its parts encoded. */
    static String encoded(String path) {
        return Arrays.stream(path.split("/", -1)).map(Query::encode).collect(Collectors.joining("/"));
    }

    /** Paths are written with and without slashes around them. */
    static String cleaned(String path) {
        return path.replaceAll("^[ /]+|[ /]+$", "");
    }

    static boolean isConflict(ApiException refused) {
        return refused.status() == CONFLICT;
    }

    /** Why a write was not done, with what to do. */
    static CommandFailure conflict(String doing, ApiException refused, String expected) {
        Json current;
        try {
            current = JsonReader.read(refused.body());
        } catch (JsonSyntaxException notAVariable) {
            return new CommandFailure(doing + ": " + refused.getMessage());
        }
        long index = current.number("ModifyIndex");
        var found = index == 0 ? "it is not there" : "it has modify index " + index;
        var reason = expected.isEmpty()
                ? "it is locked by somebody else"
                : "cas conflict: expected modify index " + expected + ", but " + found;
        return new CommandFailure(doing + ": " + reason + "; read the variable again and decide anew");
    }
}
