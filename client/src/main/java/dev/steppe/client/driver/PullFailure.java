package dev.steppe.client.driver;

import java.util.regex.Pattern;

/** What a failed pull means, from the words of the engine: one line with what to do, and whether to try again. Pure. */
enum PullFailure {
    DENIED(
            false,
            "the registry wants credentials, or other ones, or has no such image; give them in the task's config as"
                    + " auth { username = \"...\" password = \"...\" }, or to the node as plugin \"docker\" { config { auth {"
                    + " config = \"/path/config.json\" } } }",
            "unauthorized",
            "no basic auth credentials",
            "access denied",
            "access to the resource is denied",
            "authentication required",
            "status: 401",
            "status: 403",
            "forbidden"),
    UNKNOWN(
            false,
            "the registry has no such image or tag; check its name",
            "manifest unknown",
            "not found",
            "does not exist"),
    LIMITED(
            true,
            "the registry limits how often it is asked; give credentials or a mirror of your own",
            "toomanyrequests",
            "too many requests"),
    MISTRUSTED(
            false,
            "the registry's certificate is not trusted; put its authority into /etc/docker/certs.d, or the registry into"
                    + " the engine's insecure-registries",
            "x509:",
            "server gave http response to https client"),
    UNREACHABLE(
            true,
            "the registry cannot be reached; check its name, the network and the engine's proxy",
            "no such host",
            "connection refused",
            "i/o timeout",
            "timeout exceeded",
            "network is unreachable",
            "no route to host",
            "server misbehaving"),
    FULL(true, "the engine's disk is full; make room, as with docker system prune", "no space left on device"),
    OTHER(true, "see what the engine says");

    private final boolean recoverable;
    private final String remedy;
    private final Pattern words;

    PullFailure(boolean recoverable, String remedy, String... words) {
        this.recoverable = recoverable;
        this.remedy = remedy;
        this.words = Pattern.compile(String.join("|", words), Pattern.CASE_INSENSITIVE);
    }

    static PullFailure of(String message) {
        for (PullFailure failure : values()) {
            if (failure != OTHER && failure.words.matcher(message).find()) {
                return failure;
            }
        }
        return OTHER;
    }

    /** As the operator is told. */
    DriverException told(String image, String message) {
        var text = "image \"" + image + "\" cannot be pulled from registry " + RegistryCredentials.registry(image)
                + ": " + remedy + " (engine: " + message.strip().replaceAll("\\s+", " ") + ")";
        return recoverable ? DriverException.failed(text) : DriverException.refused(text);
    }
}
