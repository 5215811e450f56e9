package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DrainMetadata;
import dev.steppe.model.DrainStatus;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.Node;
import dev.steppe.server.NodeEndpoint;
import dev.steppe.server.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves that the only node of a whole agent is emptied: what ends is waited for, the rest is stopped at the deadline. */
class DrainAgentTest {
    private static final String JOB = """
            {"ID":"%s","Type":"%s","TaskGroups":[{"Name":"g","Count":1,"Tasks":[{"Name":"t","Driver":"raw_exec",
             "Config":{"command":"/bin/sh","args":["-c","%s"]},"Resources":{"CPU":20,"MemoryMB":20}}]}]}
            """;

    @TempDir
    Path directory;

    /** Tasks run as another user, who has to get to their directories. */
    @BeforeEach
    void open() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static List<Allocation> of(Assembly agent, String job) {
        return agent.server().snapshot().allocationsOf(new JobKey("default", new JobId(job)));
    }

    private static boolean all(Assembly agent, String job, ClientStatus status) {
        var found = of(agent, job);
        return !found.isEmpty() && found.stream().allMatch(it -> it.client().status() == status);
    }

    private static Node node(Assembly agent) {
        return agent.server().snapshot().nodes().iterator().next();
    }

    private static void drain(Assembly agent, Duration deadline) throws Exception {
        var reply = new CompletableFuture<Reply<NodeEndpoint.Changed>>();
        var wish = new NodeEndpoint.DrainWish(deadline, false);
        agent.server().nodes().drain(node(agent).id(), wish, new TreeMap<>(), reply::complete);
        assertThat(reply.get(120, TimeUnit.SECONDS)).isInstanceOf(Reply.Done.class);
    }

    private static boolean isEmpty(Assembly agent) {
        return node(agent).drain().isEmpty()
                && node(agent)
                        .lastDrain()
                        .map(DrainMetadata::status)
                        .equals(java.util.Optional.of(DrainStatus.COMPLETE));
    }

    @Test
    void a_drain_waits_for_a_batch_that_ends_and_stops_a_service_that_has_no_other_place_at_the_deadline()
            throws Exception {
        try (var agent = Assembly.start(AgentOptions.development(directory).onFreePorts())) {
            AgentTest.await("a ready node", () -> agent.server().snapshot().nodeCount() == 1);
            var go = directory.resolve("go");
            AgentTest.register(agent, JOB.formatted("sum", "batch", "while [ ! -e " + go + " ]; do sleep 0.1; done"));
            AgentTest.await("a running batch", () -> all(agent, "sum", ClientStatus.RUNNING));
            drain(agent, Duration.ZERO);
            AgentTest.await("a node that takes nothing new", () -> !node(agent).isEligible());
            assertThat(all(agent, "sum", ClientStatus.RUNNING)).isTrue();
            Files.createFile(go);
            AgentTest.await("an empty node", () -> isEmpty(agent));
            AgentTest.await("its end", () -> all(agent, "sum", ClientStatus.COMPLETE));

            var eligible = new CompletableFuture<Reply<NodeEndpoint.Changed>>();
            agent.server().nodes().setEligibility(node(agent).id(), true, eligible::complete);
            assertThat(eligible.get(120, TimeUnit.SECONDS)).isInstanceOf(Reply.Done.class);
            AgentTest.register(agent, JOB.formatted("web", "service", "exec sleep 1000"));
            AgentTest.await("a running service", () -> all(agent, "web", ClientStatus.RUNNING));
            drain(agent, Duration.ofSeconds(-1));
            AgentTest.await("an empty node", () -> isEmpty(agent));
            AgentTest.await("its end", () -> all(agent, "web", ClientStatus.COMPLETE));
            agent.stopAndRemove();
        }
    }
}
