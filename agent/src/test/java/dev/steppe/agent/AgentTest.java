package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.server.JobEndpoint;
import dev.steppe.server.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves the way of a job through a whole agent: registered, placed, running, stopped, adopted by the next agent. */
class AgentTest {
    private static final JobKey SLEEP = new JobKey("default", new JobId("sleep"));

    @TempDir
    Path directory;

    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(240).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waiting for: " + what).isLessThan(deadline);
            LockSupport.parkNanos(5_000_000);
        }
    }

    static JobEndpoint.Registered register(Assembly agent, String json) throws Exception {
        var reply = new CompletableFuture<Reply<JobEndpoint.Registered>>();
        agent.server().jobs().register(Codec.fromJson(JobSpec.class, json), Optional.empty(), reply::complete);
        return switch (reply.get(120, TimeUnit.SECONDS)) {
            case Reply.Done<JobEndpoint.Registered> done -> done.value();
            case Reply.Refused<JobEndpoint.Registered> refused ->
                throw new AssertionError(refused.refusal().message());
        };
    }

    /** An agent that has just started shows what its log holds before it leads; until then it refuses. */
    private static Reply<JobEndpoint.Registered> stop(Assembly agent) {
        var reply = new CompletableFuture<Reply<JobEndpoint.Registered>>();
        agent.server().jobs().deregister(SLEEP, false, reply::complete);
        return reply.orTimeout(120, TimeUnit.SECONDS).join();
    }

    private static List<Allocation> allocations(Assembly agent) {
        return agent.server().snapshot().allocationsOf(SLEEP);
    }

    private static boolean all(Assembly agent, int count, ClientStatus status) {
        var found = allocations(agent);
        return found.size() == count
                && found.stream().allMatch(it -> it.client().status() == status);
    }

    private static final String JOB = """
            {"ID":"sleep","Type":"%s","TaskGroups":[{"Name":"g","Count":%d,"Tasks":[{"Name":"t","Driver":"raw_exec",
             "Config":{"command":"/bin/sh","args":["-c","echo hello from ${NOMAD_ALLOC_NAME}; %s"]},
             "Resources":{"CPU":20,"MemoryMB":20}}]}]}
            """;

    @Test
    void a_registered_job_runs_and_a_stopped_one_leaves_no_process() throws Exception {
        try (var agent = Assembly.start(AgentOptions.development(directory).onFreePorts())) {
            await("a ready node", () -> agent.server().snapshot().nodeCount() == 1);
            register(agent, JOB.formatted("service", 2, "exec sleep 1000"));
            await("two running allocations", () -> all(agent, 2, ClientStatus.RUNNING));
            var logs = allocations(agent).stream()
                    .map(it -> directory.resolve("data/alloc/" + it.id() + "/alloc/logs/t.stdout.0"))
                    .toList();
            await("their output", () -> logs.stream().allMatch(log -> read(log).startsWith("hello from sleep.g[")));
            assertThat(stop(agent)).isInstanceOf(Reply.Done.class);
            await("their end", () -> all(agent, 2, ClientStatus.COMPLETE));
            agent.stopAndRemove();
            assertThat(directory.resolve("data")).doesNotExist();
        }
    }

    @Test
    void two_agents_fit_into_one_jvm() throws Exception {
        try (var one = Assembly.start(
                        AgentOptions.development(directory.resolve("one")).onFreePorts());
                var two = Assembly.start(
                        AgentOptions.development(directory.resolve("two")).onFreePorts())) {
            for (var agent : List.of(one, two)) {
                await("a ready node", () -> agent.server().snapshot().nodeCount() == 1);
                register(agent, JOB.formatted("service", agent == one ? 1 : 2, "exec sleep 1000"));
            }
            await("one allocation of the first", () -> all(one, 1, ClientStatus.RUNNING));
            await("two allocations of the second", () -> all(two, 2, ClientStatus.RUNNING));
            one.stopAndRemove();
            assertThat(all(two, 2, ClientStatus.RUNNING)).isTrue();
            assertThat(stop(two)).isInstanceOf(Reply.Done.class);
            await("their end", () -> all(two, 2, ClientStatus.COMPLETE));
            two.stopAndRemove();
        }
    }

    @Test
    void a_batch_ends_complete_and_a_failing_one_failed() throws Exception {
        try (var agent = Assembly.start(AgentOptions.development(directory).onFreePorts())) {
            await("a ready node", () -> agent.server().snapshot().nodeCount() == 1);
            register(agent, JOB.formatted("batch", 3, "true"));
            await("three complete allocations", () -> all(agent, 3, ClientStatus.COMPLETE));
            agent.stopAndRemove();
        }
    }

    @Test
    void the_next_agent_takes_over_what_an_earlier_one_started() throws Exception {
        var options = AgentOptions.development(directory).onFreePorts();
        try (var agent = Assembly.start(options)) {
            await("a ready node", () -> agent.server().snapshot().nodeCount() == 1);
            register(agent, JOB.formatted("service", 1, "while :; do echo tick; sleep 0.05; done"));
            await("a running allocation", () -> all(agent, 1, ClientStatus.RUNNING));
        }
        var id = new CompletableFuture<String>();
        try (var agent = Assembly.start(options)) {
            await("the allocation known again", () -> all(agent, 1, ClientStatus.RUNNING));
            id.complete(allocations(agent).getFirst().id().value());
            var log = directory.resolve("data/alloc/" + id.get() + "/alloc/logs/t.stdout.0");
            int before = read(log).length();
            await("more output", () -> read(log).length() > before);
            assertThat(allocations(agent)
                            .getFirst()
                            .client()
                            .taskStates()
                            .get("t")
                            .restarts())
                    .isZero();
            await("a leader that stops the job", () -> stop(agent) instanceof Reply.Done<?>);
            await("its end", () -> all(agent, 1, ClientStatus.COMPLETE));
            agent.stopAndRemove();
        }
    }

    /** Tasks run as another user, who has to get to their directories. */
    @BeforeEach
    void open() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException unreadable) {
            return "";
        }
    }
}
