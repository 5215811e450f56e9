package dev.steppe.cli.command;

import dev.steppe.cli.http.Api;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Target;
import dev.steppe.cli.terminal.Terminal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What a command gets when it runs: its arguments, the environment and the terminal. */
public record Invocation(Arguments arguments, Map<String, String> environment, Terminal terminal) {

    /** The Nomad dialect of the agent that flags and environment name. */
    public Api nomad() throws ApiException {
        var address = first("address", "NOMAD_ADDR", "http://127.0.0.1:4646");
        Map<String, String> parameters = new LinkedHashMap<>();
        addIfSaid(parameters, "region", first("region", "NOMAD_REGION", ""));
        addIfSaid(parameters, "namespace", first("namespace", "NOMAD_NAMESPACE", ""));
        var token = first("token", "NOMAD_TOKEN", "");
        return new Api(Target.parse(address, 4646), Api.Dialect.NOMAD, token, parameters);
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
        return new Api(Target.parse(address, 8500), Api.Dialect.CONSUL, token, parameters);
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
