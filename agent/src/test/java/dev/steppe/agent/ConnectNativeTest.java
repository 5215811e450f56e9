package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves that programs which speak mutual TLS themselves get their identities, and only their own. */
class ConnectNativeTest {
    @TempDir
    Path directory;

    private Path logs = Path.of("");
    private Optional<Assembly> running = Optional.empty();

    /** Tasks run as another user, who has to get to the program. */
    @BeforeEach
    void open() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void two_programs_talk_by_their_certificates_and_intentions_decide() throws Exception {
        var classes = program();
        var options = AgentArguments.parse(
                        List.of("-dev", "-data-dir=" + directory.resolve("data"), "-bridge=none"), Map.of(), false)
                .options()
                .orElseThrow()
                .onFreePorts();
        try (var agent = Assembly.start(options)) {
            logs = options.allocationDirectory();
            running = Optional.of(agent);
            await("a ready node", () -> agent.server().snapshot().nodeCount() == 1);
            AgentTest.register(agent, job("users", "\"serve\",\"users\",\"${NOMAD_PORT_api}\"", classes));
            AgentTest.register(agent, job("shop", "\"call\",\"shop\",\"users\"", classes));
            await(
                    "a welcome, since a development agent allows by default",
                    () -> output("shop").contains("welcome "));
            assertThat(output("shop"))
                    .contains("mine spiffe://", "/ns/default/dc/dc1/svc/shop\n")
                    .contains("without token 403\nof another service 403\nas before true\n");
            assertThat(output("shop").lines().filter(line -> line.startsWith("welcome ")))
                    .allMatch(line -> line.startsWith("welcome spiffe://") && line.endsWith("/svc/shop"));
            intention(agent, "PUT", "{\"SourceName\":\"shop\",\"DestinationName\":\"users\",\"Action\":\"deny\"}");
            await("a refusal", () -> output("shop").contains("refused Matched L4 intention: default/shop"));
            int refused = output("shop").indexOf("refused ");
            intention(agent, "DELETE", "");
            await("the next welcome", () -> output("shop").indexOf("welcome ", refused) > 0);
            agent.stopAndRemove();
        }
    }

    /** Java programs take their time to start on a busy machine. */
    private void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(240).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime())
                    .as(() -> "waiting for: " + what + " " + said("users", "stdout") + said("users", "stderr")
                            + said("shop", "stdout") + said("shop", "stderr"))
                    .isLessThan(deadline);
            LockSupport.parkNanos(50_000_000);
        }
    }

    private Path program() throws IOException {
        var name = NativeProgram.class.getName().replace('.', '/') + ".class";
        var file = directory.resolve("classes").resolve(name);
        Files.createDirectories(file.getParent());
        try (var in = NativeProgram.class.getClassLoader().getResourceAsStream(name)) {
            Files.copy(Objects.requireNonNull(in), file);
        }
        try (var tree = Files.walk(directory.resolve("classes"))) {
            for (Path each : tree.toList()) {
                Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
        return directory.resolve("classes");
    }

    private static String job(String service, String arguments, Path classes) {
        return """
                {"ID":"%1$s","Type":"service","TaskGroups":[{"Name":"g","Count":1,
                 "Networks":[{"Mode":"host","DynamicPorts":[{"Label":"api"}]}],
                 "Services":[{"Name":"%1$s","PortLabel":"api","TaskName":"t","Connect":{"Native":true}}],
                 "Tasks":[{"Name":"t","Driver":"raw_exec","Config":{"command":"%2$s/bin/java",
                   "args":["-XX:TieredStopAtLevel=1","-XX:+UseSerialGC","-Xmx48m","-cp","%3$s","%4$s",%5$s]},
                   "Resources":{"CPU":20,"MemoryMB":128}}]}]}
                """.formatted(
                        service, System.getProperty("java.home"), classes, NativeProgram.class.getName(), arguments);
    }

    /** What the tasks printed, of all allocations of the job. */
    private String output(String job) {
        return said(job, "stdout");
    }

    private String said(String job, String stream) {
        var said = new StringBuilder();
        var key = new JobKey("default", new JobId(job));
        for (var allocation : running.orElseThrow().server().snapshot().allocationsOf(key)) {
            Path log = logs.resolve(allocation.id().value()).resolve("alloc/logs/t." + stream + ".0");
            try {
                said.append(Files.exists(log) ? Files.readString(log) : "");
            } catch (IOException gone) {
                said.append(gone);
            }
        }
        return said.toString();
    }

    private static void intention(Assembly agent, String method, String body) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var answer = http.send(
                    HttpRequest.newBuilder(URI.create(
                                    "http://127.0.0.1:" + agent.consulAddress().getPort()
                                            + "/v1/connect/intentions/exact?source=shop&destination=users"))
                            .method(method, HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        }
    }
}
