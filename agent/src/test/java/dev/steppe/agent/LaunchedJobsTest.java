package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.model.codec.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves with real processes that jobs launched by others run: periodic ones and dispatched ones. */
class LaunchedJobsTest {
    @TempDir
    Path directory;

    @BeforeEach
    void open() throws IOException {
        assumeTrue(LinuxCalls.isLinux() && LinuxCalls.isRoot(), "needs root on Linux for users and control groups");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void register(ChildAgent agent, String id, String launched, String task, String script)
            throws Exception {
        agent.send("PUT", "/v1/jobs", """
                {"Job":{"ID":"%s","Type":"batch",%s,"TaskGroups":[{"Name":"g","Tasks":[{"Name":"t","Driver":"raw_exec",%s
                 "Config":{"command":"/bin/sh","args":["-c",%s]},"Resources":{"CPU":20,"MemoryMB":20}}]}]}}
                """.formatted(id, launched, task, Codec.toJson(script)));
    }

    private static List<Map<?, ?>> children(ChildAgent agent, String parent) throws Exception {
        var found = new ArrayList<Map<?, ?>>();
        for (Object job : (List<?>) agent.get("/v1/jobs?prefix=" + parent + "/")) {
            found.add((Map<?, ?>) job);
        }
        return found;
    }

    private static long ended(ChildAgent agent, String parent) throws Exception {
        return children(agent, parent).stream()
                .filter(child -> "dead".equals(child.get("Status")))
                .count();
    }

    @Test
    void a_periodic_job_runs_each_time_once_also_when_the_agent_is_killed_in_between() throws Exception {
        var log = directory.resolve("launches");
        Files.createFile(log);
        Files.setPosixFilePermissions(log, PosixFilePermissions.fromString("rw-rw-rw-"));
        try (var agent = new ChildAgent(directory, 2)) {
            agent.start();
            register(
                    agent,
                    "tick",
                    "\"Periodic\":{\"Specs\":[\"*/2 * * * * * *\"],\"TimeZone\":\"Asia/Kathmandu\"}",
                    "",
                    "echo $NOMAD_JOB_ID $NOMAD_JOB_PARENT_ID >>" + log);
            agent.await("two launches to be over", () -> ended(agent, "tick") >= 2);
            agent.kill();
            agent.start();
            long before = ended(agent, "tick");
            agent.await("two more launches to be over", () -> ended(agent, "tick") >= before + 2);
            agent.send("DELETE", "/v1/job/tick", "");
            agent.await(
                    "all launches to be over",
                    () -> ended(agent, "tick") == children(agent, "tick").size());
            var lines = Files.readAllLines(log);
            assertThat(lines).doesNotHaveDuplicates().allMatch(line -> line.endsWith(" tick"));
            assertThat(lines).hasSameSizeAs(children(agent, "tick"));
            assertThat(((Map<?, ?>) agent.get("/v1/job/tick")).get("Status")).isEqualTo("dead");
            agent.terminate();
        }
    }

    @Test
    void a_dispatched_job_reads_its_payload_and_meta_and_is_launched_once_under_a_token() throws Exception {
        try (var agent = new ChildAgent(directory, 3)) {
            agent.start();
            register(
                    agent,
                    "convert",
                    "\"ParameterizedJob\":{\"Payload\":\"required\",\"MetaRequired\":[\"who\"],\"MetaOptional\":[\"why\"]}",
                    "\"DispatchPayload\":{\"File\":\"in/order.txt\"},",
                    "cat $NOMAD_TASK_DIR/in/order.txt; stat -c %a $NOMAD_TASK_DIR/in/order.txt;"
                            + " echo who=$NOMAD_META_WHO why=[${NOMAD_META_why-unset}] parent=$NOMAD_JOB_PARENT_ID");
            var payload = Base64.getEncoder()
                    .encodeToString("first\nsecond\n".repeat(500).getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < 3; i++) {
                agent.send(
                        "PUT",
                        "/v1/job/convert/dispatch?idempotency_token=order-1",
                        "{\"Payload\":\"" + payload + "\",\"Meta\":{\"who\":\"acme\"}}");
            }
            agent.await("the launch to be over", () -> ended(agent, "convert") == 1);
            var child = (String) children(agent, "convert").getFirst().get("ID");
            var path = child.replace("/", "%2F");
            assertThat(((Map<?, ?>) agent.get("/v1/job/" + path)).get("Payload"))
                    .isEqualTo(payload);
            var lines = agent.lines(agent.idOf(path));
            assertThat(lines).hasSize(1_002).startsWith("first", "second", "first");
            assertThat(lines.subList(1_000, 1_002)).containsExactly("600", "who=acme why=[] parent=convert");
            var summary = (Map<?, ?>) agent.get("/v1/job/convert/summary");
            assertThat(((Map<?, ?>) summary.get("Children")).get("Dead")).hasToString("1");
            agent.terminate();
        }
    }
}
