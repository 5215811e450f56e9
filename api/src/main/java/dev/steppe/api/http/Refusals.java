package dev.steppe.api.http;

/** The one place where refusals and failures become an HTTP status and a text body. */
public final class Refusals {
    private Refusals() {}

    /** The answer to a refused request. */
    public static Response answer(Dialect dialect, Refused refused) {
        return Response.text(status(dialect, refused.kind()), refused.text());
    }

    /** The status of a kind of refusal. */
    public static int status(Dialect dialect, Refused.Kind kind) {
        return switch (kind) {
            case INVALID -> 400;
            case UNAUTHENTICATED -> dialect == Dialect.NOMAD ? 401 : 403;
            case FORBIDDEN -> 403;
            case NOT_FOUND -> 404;
            case WRONG_METHOD -> 405;
            // Both dialects tell a stale index or a duplicate as a 500 with text; their clients match on the text.
            case CONFLICT -> 500;
            // Nomad's clients know a broken rule as a 500 with text; Consul's as a 400.
            case RULE_BROKEN -> dialect == Dialect.NOMAD ? 500 : 400;
            case TOO_LARGE -> 413;
            case TOO_MANY -> 429;
            case UNSUPPORTED -> 501;
            // Both dialects tell a missing leader as a 500; their clients retry on it.
            case UNAVAILABLE -> 500;
        };
    }

    /** The answer when no route has this path. */
    static Response unknownPath(Dialect dialect, String path) {
        return switch (dialect) {
            case NOMAD -> Response.text(404, "no such route: " + path);
            case CONSUL ->
                Response.text(
                        404,
                        path.contains("/v1/")
                                ? "Invalid URL path: not a recognized HTTP API endpoint"
                                : "Invalid URL path: if attempting to use the HTTP API,"
                                        + " ensure the path starts with '/v1/'");
        };
    }

    /** The answer when the path has routes, none with this method. */
    static Response wrongMethod(Dialect dialect, String method, String allowed) {
        var text = dialect == Dialect.NOMAD ? "Invalid method" : "method " + method + " not allowed";
        return Response.text(status(dialect, Refused.Kind.WRONG_METHOD), text).with("Allow", allowed);
    }

    /** The answer when something the request needed could not be reached. */
    static Response unavailable(Dialect dialect, Exception reason) {
        var message = reason.getMessage();
        return Response.text(
                status(dialect, Refused.Kind.UNAVAILABLE),
                message == null ? reason.getClass().getSimpleName() : message);
    }

    /** The answer when a handler failed because of a mistake of ours; the log has the rest. */
    static Response bug() {
        return Response.text(500, "internal error, the agent's log says more");
    }
}
