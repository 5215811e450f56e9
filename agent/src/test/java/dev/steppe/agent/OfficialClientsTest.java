package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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

    @Test
    void the_python_clients_run_a_job_and_find_its_services() throws Exception {
        var missing = "python-nomad and py-consul are not installed: python3 -m venv build/clients"
                + " && build/clients/bin/pip install python-nomad py-consul";
        if (!Files.isExecutable(PYTHON)) {
            System.out.println("skipped: " + missing);
        }
        assumeTrue(Files.isExecutable(PYTHON), missing);
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

    private static String run(Path script, String... ports) throws Exception {
        var process = new ProcessBuilder(PYTHON.toString(), script.toString(), ports[0], ports[1])
                .redirectErrorStream(true)
                .start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return output;
    }
}
