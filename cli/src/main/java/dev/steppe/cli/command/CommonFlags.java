package dev.steppe.cli.command;

import java.util.List;

/** The flags that all commands of one dialect share. */
public final class CommonFlags {
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
                Flag.text("ca-cert", "file", "For https, the authority of the agent, also NOMAD_CACERT."),
                Flag.text("ca-path", "directory", "The same, all files of a directory, also NOMAD_CAPATH."),
                Flag.text("client-cert", "file", "For https, the own certificate, also NOMAD_CLIENT_CERT."),
                Flag.text("client-key", "file", "Its key, also NOMAD_CLIENT_KEY."),
                Flag.text("tls-server-name", "name", "The name the agent proves, also NOMAD_TLS_SERVER_NAME."),
                Flag.toggle("tls-skip-verify", "Talk to anybody who answers, also NOMAD_SKIP_VERIFY."),
                Flag.toggle("insecure", "The same as -tls-skip-verify."));
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
                Flag.text("ca-file", "file", "For https, the authority of the agent, also CONSUL_CACERT."),
                Flag.text("ca-path", "directory", "The same, all files of a directory, also CONSUL_CAPATH."),
                Flag.text("client-cert", "file", "For https, the own certificate, also CONSUL_CLIENT_CERT."),
                Flag.text("client-key", "file", "Its key, also CONSUL_CLIENT_KEY."),
                Flag.text("tls-server-name", "name", "The name the agent proves, also CONSUL_TLS_SERVER_NAME."));
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
