package dev.steppe.cli.command;

import dev.steppe.cli.http.Api;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Target;
import dev.steppe.cli.http.TlsTerms;
import dev.steppe.cli.terminal.Terminal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a command gets when it runs: its arguments, the environment and the terminal. */
public record Invocation(Arguments arguments, Map<String, String> environment, Terminal terminal) {
    private static final String HTTP = "http://";
    private static final String HTTPS = "https://";

    /** The Nomad dialect of the agent that flags and environment name. */
    public Api nomad() throws ApiException {
        return nomad(first("token", "NOMAD_TOKEN", ""));
    }

    /** The same with the token for Consul's dialect where there is no other: either opens both. */
    public Api nomadByEitherToken() throws ApiException {
        var other = Optional.ofNullable(environment.get("CONSUL_HTTP_TOKEN")).orElse("");
        return nomad(first("token", "NOMAD_TOKEN", other));
    }

    private Api nomad(String token) throws ApiException {
        var address = first("address", "NOMAD_ADDR", "http://127.0.0.1:4646");
        Map<String, String> parameters = new LinkedHashMap<>();
        addIfSaid(parameters, "region", first("region", "NOMAD_REGION", ""));
        addIfSaid(parameters, "namespace", first("namespace", "NOMAD_NAMESPACE", ""));
        var terms = new TlsTerms(
                first("ca-cert", "NOMAD_CACERT", ""),
                first("ca-path", "NOMAD_CAPATH", ""),
                first("client-cert", "NOMAD_CLIENT_CERT", ""),
                first("client-key", "NOMAD_CLIENT_KEY", ""),
                first("tls-server-name", "NOMAD_TLS_SERVER_NAME", ""),
                arguments.has("tls-skip-verify") || arguments.has("insecure") || isTrue("NOMAD_SKIP_VERIFY"));
        return new Api(Target.parse(address, 4646).with(terms), Api.Dialect.NOMAD, token, parameters);
    }

    /** The Consul dialect of the agent that flags and environment name. */
    public Api consul() throws ApiException {
        var fallback = first("address", "CONSUL_HTTP_ADDR", "http://127.0.0.1:8500");
        var address = arguments.text("http-addr").orElse(fallback);
        Map<String, String> parameters = new LinkedHashMap<>();
        addIfSaid(parameters, "dc", arguments.text("datacenter").orElse(""));
        addIfSaid(parameters, "ns", first("namespace", "CONSUL_NAMESPACE", ""));
        addIfSaid(parameters, "stale", arguments.has("stale") ? "true" : "");
        var token = first("token", "CONSUL_HTTP_TOKEN", "");
        var terms = new TlsTerms(
                first("ca-file", "CONSUL_CACERT", ""),
                first("ca-path", "CONSUL_CAPATH", ""),
                first("client-cert", "CONSUL_CLIENT_CERT", ""),
                first("client-key", "CONSUL_CLIENT_KEY", ""),
                first("tls-server-name", "CONSUL_TLS_SERVER_NAME", ""),
                isFalse("CONSUL_HTTP_SSL_VERIFY"));
        var written = isTrue("CONSUL_HTTP_SSL") ? secured(address) : address;
        var port = written.startsWith(HTTPS) ? 8501 : 8500;
        return new Api(Target.parse(written, port).with(terms), Api.Dialect.CONSUL, token, parameters);
    }

    /** The same address over TLS: somebody asked for it in a variable of its own, whatever the address says. */
    private static String secured(String address) {
        return address.startsWith(HTTP)
                ? HTTPS + address.substring(HTTP.length())
                : address.contains("://") ? address : HTTPS + address;
    }

    private boolean isTrue(String variable) {
        return List.of("1", "t", "true").contains(variable(variable));
    }

    private boolean isFalse(String variable) {
        return List.of("0", "f", "false").contains(variable(variable));
    }

    private String variable(String name) {
        return Optional.ofNullable(environment.get(name)).orElse("").toLowerCase(Locale.ROOT);
    }

    /** The value of a flag, else of a variable that is not empty, else the default. */
    public String first(String flag, String variable, String fallback) {
        var written = arguments.text(flag);
        if (written.isPresent()) {
            return written.get();
        }
        var set = Optional.ofNullable(environment.get(variable)).orElse("");
        return set.isEmpty() ? fallback : set;
    }

    private static void addIfSaid(Map<String, String> parameters, String name, String value) {
        if (!value.isEmpty()) {
            parameters.put(name, value);
        }
    }
}
