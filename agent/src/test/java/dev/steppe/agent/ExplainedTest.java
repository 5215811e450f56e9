package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves with a real agent that it says why something is pending, and what comes next for what fails. */
class ExplainedTest {
    @TempDir
    Path directory;

    @BeforeEach
    void open() throws IOException {
        assumeTrue(LinuxCalls.isLinux() && LinuxCalls.isRoot(), "needs root on Linux for users and control groups");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void register(ChildAgent agent, String id, String groupFields, String script) throws Exception {
        agent.send("PUT", "/v1/jobs", """
                {"Job":{"ID":"%s","Type":"service","TaskGroups":[{"Name":"g"%s,"Tasks":[{"Name":"t","Driver":"raw_exec",
                 "Config":{"command":"/bin/sh","args":["-c","%s"]},"Resources":{"CPU":20,"MemoryMB":20}}]}]}}
                """.formatted(id, groupFields, script));
    }

    private static Map<?, ?> explained(ChildAgent agent, String what) throws Exception {
        return (Map<?, ?>) agent.get("/v1/explain/" + what);
    }

    @Test
    void a_port_another_job_holds_and_a_task_that_keeps_failing_are_explained() throws Exception {
        var port = ",\"Networks\":[{\"ReservedPorts\":[{\"Label\":\"https\",\"Value\":23443}]}]";
        try (var agent = new ChildAgent(directory, 6)) {
            agent.start();
            register(agent, "edge", port, "sleep 600");
            agent.await("the holder to be placed", () -> !agent.idOf("edge").isEmpty());
            register(agent, "shop", port, "sleep 600");
            agent.await(
                    "the clash to be explained",
                    () -> explained(agent, "job/shop").toString().contains("is blocked since"));
            var shop = explained(agent, "job/shop");
            var group = (Map<?, ?>) ((List<?>) shop.get("Groups")).getFirst();
            assertThat(group.get("Unplaced")).hasToString("1");
            assertThat(group.get("Reasons").toString()).contains("port 23443", "is held by job edge (allocation ");
            assertThat(group.get("Remedies").toString())
                    .contains("free port 23443 on ", "leave out static of port https: it would fit on 1 node");

            register(
                    agent,
                    "fails",
                    ",\"RestartPolicy\":{\"Attempts\":5,\"Interval\":600000000000,\"Delay\":3000000000,\"Mode\":\"fail\"}",
                    "exit 3");
            agent.await(
                    "the failing allocation to be placed",
                    () -> !agent.idOf("fails").isEmpty());
            var id = agent.idOf("fails");
            agent.await("a restart to be explained", () -> {
                var all = (List<?>) explained(agent, "allocation/" + id).get("Allocations");
                var next = ((Map<?, ?>) all.getFirst()).get("Next").toString();
                return next.contains("may be restarted 5 times within 10m")
                        && next.contains("then the allocation fails");
            });
            agent.terminate();
        }
    }
}
