package dev.steppe.agent;

import dev.steppe.agent.link.Joining;
import dev.steppe.io.sockets.FreePorts;
import dev.steppe.model.codec.Codec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** Agents as they are started with files, on free ports and without a bridge, in this process. */
final class Agents {
    /** For agents that others find again; held as long as tests run. */
    static final FreePorts PORTS = new FreePorts();

    private static final Duration PATIENCE = Duration.ofSeconds(240);

    private Agents() {}

    /** A server with a node. */
    static Assembly server(Path directory) throws IOException {
        return Assembly.start(options(directory, "server { enabled = true }\nclient { enabled = true %s }"));
    }

    /** A client without a server that joins with a token. */
    static Assembly client(Path directory, Joining token) throws IOException {
        return Assembly.start(options(directory, "client { enabled = true %s }")
                .joining(token.server() + "#" + token.secret().text()));
    }

    /** What a file says, beside the ports. */
    static AgentOptions options(Path directory, String more) throws IOException {
        return options(directory, more, "rpc = 0");
    }

    /** The same with the ports for agents and for the log as written, for one that others find again. */
    static AgentOptions options(Path directory, String more, String ports) throws IOException {
        Files.createDirectories(directory);
        var file = directory.resolve("agent.hcl");
        Files.writeString(file, """
                name = "%s"
                data_dir = "%s"
                ports {
                  http = 0
                  %s
                  consul = 0
                  dns = 0
                }
                plugin "raw_exec" { config { enabled = true } }
                %s
                """.formatted(
                directory.getFileName(), directory, ports, more.replace("%s", "bridge_network_name = \"none\"")));
        var parsed = AgentArguments.parse(List.of("-config=" + file), Map.of(), false);
        return parsed.options().orElseThrow(() -> new IOException(parsed.trouble()));
    }

    /** A token of an agent's cluster, once it has a leader. */
    static Joining token(Assembly agent, HttpClient http) throws Exception {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            var answer = http.send(
                    HttpRequest.newBuilder(URI.create(
                                    "http://127.0.0.1:" + agent.nomadAddress().getPort() + "/v1/agent/join-token"))
                            .PUT(HttpRequest.BodyPublishers.ofString("{}"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() == 200) {
                var made = (Map<?, ?>) Codec.fromJson(Object.class, answer.body());
                return Joining.parse(made.get("Address") + "#" + made.get("Token"));
            }
            if (System.nanoTime() > until) {
                throw new IOException(answer.body());
            }
            LockSupport.parkNanos(100_000_000);
        }
    }
}
