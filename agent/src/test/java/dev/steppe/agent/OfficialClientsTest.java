package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.agent.tls.TlsCommand;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves that the clients people have, written for Nomad and Consul, work with a whole agent. */
class OfficialClientsTest {
    private static final Path PYTHON = Path.of("../build/clients/bin/python");

    @TempDir
    Path directory;

    /** Tasks run as another user, who must reach their directories. */
    @BeforeEach
    void open() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void requireClients() {
        var missing = "python-nomad and py-consul are not installed: python3 -m venv build/clients"
                + " && build/clients/bin/pip install python-nomad py-consul";
        if (!Files.isExecutable(PYTHON)) {
            System.out.println("skipped: " + missing);
        }
        assumeTrue(Files.isExecutable(PYTHON), missing);
    }

    @Test
    void the_python_clients_do_the_same_over_https_and_look_at_the_certificate() throws Exception {
        requireClients();
        var files = Files.createDirectory(directory.resolve("certificates"));
        for (var words : List.of(List.of("ca", "create"), List.of("cert", "create", "-server", "-region=global"))) {
            var err = new ByteArrayOutputStream();
            int code = TlsCommand.run(
                    words,
                    files,
                    new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                    new PrintStream(err, true, StandardCharsets.UTF_8),
                    Map.of());
            assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
        }
        try (var agent = Assembly.start(secured(files))) {
            AgentTest.await("a ready node", () -> agent.server().snapshot().nodeCount() == 1);
            var output = run(
                    script(),
                    Integer.toString(agent.nomadAddress().getPort()),
                    Integer.toString(agent.consulAddress().getPort()),
                    files.resolve("nomad-agent-ca.pem").toString());
            assertThat(output).endsWith("ok stop\n");
            agent.stopAndRemove();
        }
    }

    private AgentOptions secured(Path files) throws IOException {
        var own = """
                ca_file   = "%1$s/nomad-agent-ca.pem"
                cert_file = "%1$s/global-server-nomad.pem"
                key_file  = "%1$s/global-server-nomad-key.pem"
                """.formatted(files);
        var nomad = Files.writeString(directory.resolve("nomad.hcl"), """
                name = "secured"
                data_dir = "%s"
                ports {
                  http = 0
                  rpc = 0
                  dns = 0
                }
                server { enabled = true }
                client {
                  enabled = true
                  bridge_network_name = "none"
                }
                plugin "raw_exec" { config { enabled = true } }
                tls {
                  http = true
                  rpc  = true
                  %s
                }
                """.formatted(directory.resolve("data"), own));
        var consul = Files.writeString(directory.resolve("consul.hcl"), """
                server = true
                ports {
                  http  = -1
                  https = 0
                }
                tls {
                  defaults {
                    %s
                  }
                }
                """.formatted(own));
        var parsed = AgentArguments.parse(List.of("-config=" + nomad, "-config=" + consul), Map.of(), false);
        return parsed.options().orElseThrow(() -> new AssertionError(parsed.trouble()));
    }

    @Test
    void the_python_clients_run_a_job_and_find_its_services() throws Exception {
        requireClients();
        try (var agent = Assembly.start(AgentOptions.development(directory).onFreePorts())) {
            AgentTest.await("a ready node", () -> agent.server().snapshot().nodeCount() == 1);
            var output = run(
                    script(),
                    Integer.toString(agent.nomadAddress().getPort()),
                    Integer.toString(agent.consulAddress().getPort()));
            assertThat(output).endsWith("ok stop\n");
            agent.stopAndRemove();
        }
    }

    private Path script() throws IOException {
        var script = directory.resolve("official_clients.py");
        try (var content = OfficialClientsTest.class.getResourceAsStream("official_clients.py")) {
            Files.write(script, content.readAllBytes());
        }
        return script;
    }

    private static String run(Path script, String... words) throws Exception {
        var command = new ArrayList<>(List.of(PYTHON.toString(), script.toString()));
        command.addAll(List.of(words));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return output;
    }
}
