package dev.steppe.cli.mesh;

import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.json.Json;

/** Intentions as the API sends them: reading one, and saying one in a line. */
final class Intentions {
    static final String EXACT = "/v1/connect/intentions/exact";

    private Intentions() {}

    /** The intention of exactly this pair. */
    static Json exact(Invocation invocation, ServicePair pair) throws CommandFailure, ApiException {
        try {
            return invocation.consul().get(EXACT, pair.query()).body();
        } catch (ApiException failed) {
            if (failed.isNotFound()) {
                throw new CommandFailure("Error: Intention with source \"" + pair.source() + "\" and destination \""
                        + pair.destination() + "\" not found.");
            }
            throw failed;
        }
    }

    static String text(Json intention) {
        return intention.text("SourceName") + " => " + intention.text("DestinationName") + " (" + action(intention)
                + ")";
    }

    /** The action; an intention that looks into requests has rules instead of one. */
    static String action(Json intention) {
        var rules = intention.items("Permissions").size();
        return rules > 0 ? rules + (rules == 1 ? " permission" : " permissions") : intention.text("Action");
    }
}
