package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.Deployment;
import dev.steppe.model.DeploymentStatus;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves on a whole agent that deployments go by what real checks of real programs say. */
class DeployedAgentTest {
    private static final JobKey WEB = new JobKey("default", new JobId("web"));

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private Assembly agent;

    @BeforeEach
    void start() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/busybox")), "busybox serves the pages");
        // tasks run as another user and must find their way down
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        agent = Assembly.start(AgentOptions.development(directory).onFreePorts());
        await("a ready node", () -> agent.server().snapshot().nodeCount() == 1);
    }

    @AfterEach
    void stop() throws Exception {
        if (agent != null) {
            agent.stopAndRemove();
            agent.close();
        }
        http.close();
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(240).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waiting for: " + what).isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
        }
    }

    private String ask(String method, String path, String body) throws Exception {
        var uri = URI.create("http://127.0.0.1:" + agent.nomadAddress().getPort() + path);
        var request = HttpRequest.newBuilder(uri)
                .timeout(Duration.ofSeconds(120))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }

    /** A program that serves one page; its check asks for the page {@code health}. */
    private static String job(String page, int count, String update) {
        // what gets well has all the time that a busy machine may take
        var deadline = Duration.ofSeconds(page.equals("health") ? 90 : 8);
        return """
                {"Job":{"ID":"web","Type":"service","TaskGroups":[{"Name":"g","Count":%d,
                 "Update":{"MinHealthyTime":200000000,"HealthyDeadline":%d,"ProgressDeadline":%d,%s},
                 "Networks":[{"Mode":"host","DynamicPorts":[{"Label":"http"}]}],
                 "Services":[{"Name":"web","Provider":"nomad","PortLabel":"http","Tags":["stable"],"CanaryTags":["canary"],
                  "Checks":[{"Type":"http","Path":"/health","Interval":1000000000,"Timeout":2000000000}]}],
                 "Tasks":[{"Name":"t","Driver":"raw_exec","Config":{"command":"/bin/sh","args":["-c",
                   "mkdir www; echo up > www/%s; exec busybox httpd -f -p $NOMAD_PORT_http -h www"]},
                  "Resources":{"CPU":20,"MemoryMB":20}}]}]}}""".formatted(count, deadline.toNanos(), deadline.plusSeconds(2).toNanos(), update, page);
    }

    private Deployment newest() {
        return agent.server().snapshot().deploymentsOf(WEB).getFirst();
    }

    private void awaitEnd(long version, DeploymentStatus status) {
        await(
                "version " + version + " " + status,
                () -> agent.server().snapshot().deploymentsOf(WEB).stream()
                        .anyMatch(it -> it.jobVersion() == version && it.status() == status));
    }

    private List<Allocation> live() {
        return agent.server().snapshot().allocationsOf(WEB).stream()
                .filter(allocation -> !allocation.isTerminal())
                .toList();
    }

    @Test
    void a_version_whose_check_fails_gives_way_to_the_one_before() throws Exception {
        assertThat(ask("PUT", "/v1/jobs", job("health", 1, "\"AutoRevert\":true")))
                .startsWith("200");
        awaitEnd(0, DeploymentStatus.SUCCESSFUL);
        assertThat(ask("GET", "/v1/job/web", "")).contains("\"Stable\":true").contains("\"ReschedulePolicy\":{");

        assertThat(ask("PUT", "/v1/jobs", job("something-else", 1, "\"AutoRevert\":true")))
                .startsWith("200");
        awaitEnd(1, DeploymentStatus.FAILED);
        awaitEnd(2, DeploymentStatus.SUCCESSFUL);
        assertThat(ask("GET", "/v1/job/web/deployments", ""))
                .contains("Failed due to progress deadline - rolling back to job version 0");
        assertThat(live()).singleElement().satisfies(it -> {
            assertThat(it.jobVersion()).isEqualTo(2);
            assertThat(it.isHealthy()).isTrue();
        });
    }

    private String judge(String which) throws Exception {
        await(
                "an instance that runs",
                () -> live().stream()
                        .anyMatch(it -> it.client().status() == ClientStatus.RUNNING
                                && it.jobVersion() == newest().jobVersion()));
        var judged = live().stream()
                .filter(it -> it.jobVersion() == newest().jobVersion())
                .findFirst()
                .orElseThrow();
        return ask(
                "PUT",
                "/v1/deployment/allocation-health/" + newest().id(),
                "{\"" + which + "\":[\"" + judged.id() + "\"]}");
    }

    @Test
    void health_that_is_judged_by_hand_decides_a_deployment_and_until_then_the_count_stays() throws Exception {
        ask("PUT", "/v1/jobs", judgedByHand("health"));
        await(
                "a deployment",
                () -> !agent.server().snapshot().deploymentsOf(WEB).isEmpty());
        var scaling = "{\"Count\":2,\"Target\":{\"Group\":\"g\"}}";
        assertThat(ask("PUT", "/v1/job/web/scale", scaling)).contains("job scaling blocked due to active deployment");
        assertThat(ask("PUT", "/v1/job/web/scale", "{\"Message\":\"only a note\",\"Target\":{\"Group\":\"g\"}}"))
                .startsWith("200");
        assertThat(ask("PUT", "/v1/deployment/allocation-health/" + newest().id(), "{}"))
                .contains("no allocations are named");
        assertThat(judge("HealthyAllocationIDs")).startsWith("200").contains("\"EvalID\":");
        awaitEnd(0, DeploymentStatus.SUCCESSFUL);

        ask("PUT", "/v1/jobs", judgedByHand("something-else"));
        await("a deployment of what is new", () -> newest().jobVersion() == 1);
        assertThat(judge("UnhealthyAllocationIDs")).startsWith("200");
        awaitEnd(1, DeploymentStatus.FAILED);
        assertThat(ask("PUT", "/v1/job/web/scale", scaling)).startsWith("200");
    }

    /** Nothing but a verdict ends its deployment, and the first bad one does. */
    private static String judgedByHand(String page) {
        return job(page, 1, "\"HealthCheck\":\"manual\"")
                .replaceFirst("\"HealthyDeadline\":\\d+", "\"HealthyDeadline\":600000000000")
                .replaceFirst("\"ProgressDeadline\":\\d+", "\"ProgressDeadline\":0");
    }

    @Test
    void a_canary_is_found_by_its_tags_until_it_is_promoted() throws Exception {
        ask("PUT", "/v1/jobs", job("health", 2, "\"Canary\":1"));
        awaitEnd(0, DeploymentStatus.SUCCESSFUL);
        var changed = job("health", 2, "\"Canary\":1").replace("echo up", "echo newer");
        assertThat(ask("PUT", "/v1/job/web/plan", changed)).contains("\"Canary\":1");
        ask("PUT", "/v1/jobs", changed);
        await("a healthy canary", () -> live().stream().anyMatch(it -> it.isCanary() && it.isHealthy()));
        assertThat(live()).hasSize(3);
        assertThat(ask("GET", "/v1/service/web", "")).contains("\"Tags\":[\"canary\"]");
        var id = newest().id().value();
        assertThat(ask("PUT", "/v1/deployment/pause/" + id, "{\"Pause\":true}")).startsWith("200");
        assertThat(ask("PUT", "/v1/deployment/pause/" + id, "{\"Pause\":true}")).contains("is paused already");
        assertThat(ask("PUT", "/v1/deployment/pause/" + id, "{\"Pause\":false}"))
                .startsWith("200");

        assertThat(ask("PUT", "/v1/deployment/promote/" + id, "{\"All\":true}")).startsWith("200");
        awaitEnd(1, DeploymentStatus.SUCCESSFUL);
        assertThat(live()).hasSize(2).allMatch(it -> it.jobVersion() == 1 && !it.isCanary());
        await("the usual tags", () -> {
            try {
                return !ask("GET", "/v1/service/web", "").contains("\"canary\"");
            } catch (Exception interrupted) {
                throw new AssertionError(interrupted);
            }
        });
        assertThat(ask("PUT", "/v1/deployment/fail/" + id, "{}")).contains("is over");
    }
}
