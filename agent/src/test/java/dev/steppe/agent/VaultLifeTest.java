package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Allocation;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.TaskState;
import dev.steppe.server.JobEndpoint;
import dev.steppe.server.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tokens and secrets of tasks through their life: renewed, taken over by the next agent, replaced, read anew. */
class VaultLifeTest {
    private static final JobKey APP = new JobKey("default", new JobId("app"));
    private static final String LOOP = "trap 'echo signalled' HUP; echo token $VAULT_TOKEN; cat $NOMAD_SECRETS_DIR/key;"
            + " while :; do sleep 0.2; done";

    @TempDir
    Path directory;

    private final VaultDouble vault;
    private Optional<Assembly> agent = Optional.empty();

    VaultLifeTest() throws IOException {
        vault = new VaultDouble();
    }

    @BeforeEach
    void begin() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        vault.secrets.put("kv/app", new VaultDouble.Entry("app", Map.of("key", "first"), "lease-1"));
        vault.lifeSeconds = 2;
        start();
    }

    @AfterEach
    void end() throws Exception {
        if (agent.isPresent()) {
            agent.get().stopAndRemove();
        }
        vault.close();
    }

    private AgentOptions options() throws IOException {
        return Agents.options(directory.resolve("agent"), """
                server { enabled = true }
                client { enabled = true %%s }
                vault { enabled = true address = "%s" token = "%s" }
                """.formatted(vault.address(), VaultDouble.ROOT));
    }

    private void start() throws IOException {
        agent = Optional.of(Assembly.start(options()));
        await("a leader and a node", () -> now().server().snapshot().nodeCount() == 1);
    }

    private Assembly now() {
        return agent.orElseThrow();
    }

    private void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(240).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waiting for: " + what).isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
        }
    }

    private static String task(String name, String changeMode) {
        return """
                {"Name":"%s","Driver":"raw_exec","Config":{"command":"/bin/sh","args":["-c","%s"]},
                 "Vault":{"Policies":["app"],"Env":true,"ChangeMode":"%s","ChangeSignal":"SIGHUP"},
                 "Templates":[{"EmbeddedTmpl":"{{ with secret \\"kv/app\\" }}key {{ .Data.key }}\\n{{ end }}","DestPath":"secrets/key",
                   "ChangeMode":"restart","Splay":1000000}],
                 "Resources":{"CPU":20,"MemoryMB":32}}
                """.formatted(name, LOOP, changeMode);
    }

    private void run(String... tasks) throws Exception {
        await("a leader", () -> {
            try {
                AgentTest.register(now(), """
                        {"ID":"app","Type":"service","TaskGroups":[{"Name":"g","Count":1,"Tasks":[%s]}]}
                        """.formatted(String.join(",", tasks)));
                return true;
            } catch (AssertionError notYet) {
                return false;
            } catch (Exception broken) {
                throw new AssertionError(broken);
            }
        });
    }

    private Allocation allocation() {
        return now().server().snapshot().allocationsOf(APP).getFirst();
    }

    private TaskState state(String task) {
        return allocation().client().taskStates().get(task);
    }

    private String output(String task) {
        try {
            Path log = options()
                    .allocationDirectory()
                    .resolve(allocation().id().value())
                    .resolve("alloc/logs/" + task + ".stdout.0");
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException unreadable) {
            return "";
        }
    }

    private boolean runs(String task) {
        return !now().server().snapshot().allocationsOf(APP).isEmpty()
                && output(task).contains("key first\n");
    }

    @Test
    void the_next_agent_goes_on_with_the_token_of_a_running_task_and_its_secrets_stay() throws Exception {
        run(task("t", "restart"));
        await("the task", () -> runs("t"));
        await("renewals", () -> vault.renewals.get() >= 2);
        var tokens = vault.tokens.keySet();
        assertThat(tokens).hasSize(1);
        assertThat(output("t")).startsWith("token " + tokens.iterator().next() + "\n");
        var before = List.copyOf(tokens);

        now().close();
        agent = Optional.empty();
        int renewed = vault.renewals.get();
        start();
        await("renewals by the next agent", () -> vault.renewals.get() >= renewed + 3);
        assertThat(vault.tokens.keySet()).containsExactlyElementsOf(before);
        assertThat(output("t")).as("it was not touched").isEqualTo("token " + before.getFirst() + "\nkey first\n");
        assertThat(state("t").restarts()).isZero();

        var reply = new CompletableFuture<Reply<JobEndpoint.Registered>>();
        now().server().jobs().deregister(APP, false, reply::complete);
        reply.get(120, TimeUnit.SECONDS);
        await("the token to be taken back", vault.tokens::isEmpty);
    }

    @Test
    void a_token_that_is_gone_is_replaced_and_the_task_told_as_it_wishes() throws Exception {
        run(task("restarts", "restart"), task("signals", "signal"), task("stays", "noop"));
        await("the tasks", () -> runs("restarts") && runs("signals") && runs("stays"));
        var first = List.copyOf(vault.tokens.keySet());
        assertThat(first).hasSize(3);
        first.forEach(vault.tokens::remove);
        await(
                "a restart",
                () -> output("restarts")
                                .lines()
                                .filter(line -> line.startsWith("token "))
                                .count()
                        == 2);
        assertThat(output("restarts").lines().filter(line -> line.startsWith("token ")))
                .doesNotHaveDuplicates();
        await("a signal", () -> output("signals").contains("signalled"));
        await(
                "an event",
                () -> state("stays").events().stream()
                        .anyMatch(event -> event.toString().contains("new Vault token acquired")));
        assertThat(state("signals").restarts() + state("stays").restarts()).isZero();
        assertThat(output("stays")).doesNotContain("signalled");
        assertThat(vault.tokens).hasSize(3).doesNotContainKeys(first.toArray(new String[0]));
    }

    @Test
    void a_secret_whose_lease_is_over_is_read_anew_and_the_task_restarted() throws Exception {
        run(task("t", "noop"));
        await("the task", () -> runs("t"));
        vault.secrets.put("kv/app", new VaultDouble.Entry("app", Map.of("key", "second"), "lease-2"));
        vault.leasesLast = false;
        await("the second secret", () -> output("t").contains("key second\n"));
        assertThat(output("t").lines().filter(line -> line.startsWith("token ")).distinct())
                .as("with the same token")
                .hasSize(1);
    }
}
