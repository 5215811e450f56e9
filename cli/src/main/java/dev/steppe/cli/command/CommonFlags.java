package dev.steppe.cli.command;

import java.util.List;

/** The flags that all commands of one dialect share. */
public final class CommonFlags {
    private static final String NO_TLS = "the commands speak plain HTTP on loopback or a unix socket for now";

    private CommonFlags() {}

    /** For commands about jobs, nodes, allocations and evaluations. */
    public static List<Flag> nomad() {
        return List.of(
                Flag.text("address", "url", "The agent, also NOMAD_ADDR. Default http://127.0.0.1:4646."),
                Flag.text("namespace", "name", "The namespace, also NOMAD_NAMESPACE. Default \"default\"."),
                Flag.text("region", "name", "The region, also NOMAD_REGION. Default that of the agent."),
                Flag.text("token", "secret", "The token, also NOMAD_TOKEN."),
                Flag.toggle("no-color", "Plain output, also NOMAD_CLI_NO_COLOR."),
                Flag.toggle("force-color", "Colours and bold also when the output is no terminal."),
                Flag.refused("ca-cert", NO_TLS),
                Flag.refused("ca-path", NO_TLS),
                Flag.refused("client-cert", NO_TLS),
                Flag.refused("client-key", NO_TLS),
                Flag.refused("tls-server-name", NO_TLS),
                Flag.refused("tls-skip-verify", NO_TLS),
                Flag.refused("insecure", NO_TLS));
    }

    /** For commands about the catalog, intentions and the mesh. */
    public static List<Flag> consul() {
        return List.of(
                Flag.text("http-addr", "url", "The agent, also CONSUL_HTTP_ADDR. Default http://127.0.0.1:8500."),
                Flag.text("address", "url", "The same as -http-addr."),
                Flag.text("token", "secret", "The token, also CONSUL_HTTP_TOKEN."),
                Flag.text("datacenter", "name", "The datacenter. Default that of the agent."),
                Flag.text("namespace", "name", "The namespace, also CONSUL_NAMESPACE."),
                Flag.toggle("stale", "Let any server answer, not only the leader."),
                Flag.toggle("no-color", "Plain output."),
                Flag.toggle("force-color", "Colours and bold also when the output is no terminal."),
                Flag.refused("token-file", "set CONSUL_HTTP_TOKEN from the file instead"),
                Flag.refused("ca-file", NO_TLS),
                Flag.refused("ca-path", NO_TLS),
                Flag.refused("client-cert", NO_TLS),
                Flag.refused("client-key", NO_TLS),
                Flag.refused("tls-server-name", NO_TLS));
    }

    /** Machine output by template, known from elsewhere. */
    public static Flag template() {
        return Flag.refused("t", "use -json and a JSON tool such as jq");
    }

    /** Opening a browser, known from elsewhere. */
    public static Flag browser() {
        return Flag.refused("ui", "the web console is not part of this version");
    }
}
