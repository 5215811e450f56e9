package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.cli.Main;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves what a key in common keeps out, and that it is changed on all servers while they run. */
class SharedKeyTest {
    private static final Duration PATIENCE = Duration.ofSeconds(240);
    private static final String FIRST = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    private static final String SECOND = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

    @TempDir
    Path directory;

    private final List<Assembly> running = new ArrayList<>();

    private record Result(int code, String out, String err) {}

    private interface Condition {
        boolean holds() throws Exception;
    }

    /** What a class logs while a test runs. */
    private static final class Heard extends Handler {
        private final List<String> lines = new CopyOnWriteArrayList<>();

        @Override
        public void publish(LogRecord event) {
            lines.add(event.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @AfterEach
    void stop() {
        running.forEach(Assembly::close);
    }

    private static void await(String what, Condition condition) throws Exception {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as(what).isLessThan(until);
            LockSupport.parkNanos(50_000_000);
        }
    }

    private Assembly start(String name, String key, String join) throws Exception {
        var options = Agents.options(
                directory.resolve(name), "server {\n  enabled = true\n  encrypt = \"%s\"\n}".replace("%s", key));
        var agent = Assembly.start(join.isEmpty() ? options : options.joining(join));
        running.add(agent);
        return agent;
    }

    private static Result command(Assembly agent, String... words) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int code = Main.run(
                Arrays.asList(words),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Map.of(
                        "NOMAD_ADDR", "http://127.0.0.1:" + agent.nomadAddress().getPort(),
                        "CONSUL_HTTP_ADDR",
                                "http://127.0.0.1:" + agent.consulAddress().getPort()));
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static String token(Assembly agent) throws Exception {
        var made = new ArrayList<String>();
        await("a token", () -> {
            var result = command(agent, "agent", "join-token", "-server");
            return result.code() == 0 && made.add(result.out().strip());
        });
        return made.getFirst();
    }

    @Test
    void a_key_is_changed_on_all_servers_and_the_old_one_then_lets_nobody_in() throws Exception {
        var first = start("one", FIRST, "");
        var second = start("two", FIRST, token(first));
        await(
                "both accept it",
                () -> command(second, "operator", "gossip", "keyring", "list")
                        .out()
                        .contains("2 of 2"));

        assertThat(command(first, "operator", "gossip", "keyring", "use", SECOND)
                        .err())
                .contains("not installed");
        var key = directory.resolve("key");
        Files.writeString(key, SECOND + "\n");
        assertThat(command(first, "operator", "gossip", "keyring", "install", "@" + key)
                        .code())
                .isZero();
        assertThat(command(second, "keyring", "-use=" + SECOND).code()).isZero();
        assertThat(command(first, "operator", "gossip", "keyring", "remove", SECOND)
                        .err())
                .contains("the one in use");
        var removed = command(first, "operator", "gossip", "keyring", "remove", FIRST);
        assertThat(removed.out()).as(removed.err()).contains(SECOND, "2 of 2").doesNotContain(FIRST);
        assertThat(command(second, "keyring", "-list").out()).contains(SECOND + " [2/2]");

        var heard = new Heard();
        var log = Logger.getLogger("dev.steppe.api.agents.AgentApi");
        log.addHandler(heard);
        try {
            var late = token(first);
            assertThatThrownBy(() -> start("three", FIRST, late))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("the keys in \"encrypt\" of the two agents are not the same");
            await(
                    "a word about it in the log",
                    () -> heard.lines.stream()
                            .anyMatch(line -> line.contains("another agent was refused")
                                    && line.contains("the keys in \"encrypt\"")));
            start("three", SECOND, late);
            await(
                    "three servers",
                    () -> command(first, "operator", "gossip", "keyring", "list")
                            .out()
                            .contains("3 of 3"));
        } finally {
            log.removeHandler(heard);
        }
    }

    @Test
    void a_changed_key_is_kept_over_a_restart_whatever_the_file_says() throws Exception {
        var agent = start("one", FIRST, "");
        await("a server", () -> agent.server().snapshot().servers().iterator().hasNext());
        for (var step : List.of("install", "use")) {
            assertThat(command(agent, "operator", "gossip", "keyring", step, SECOND)
                            .code())
                    .isZero();
        }
        assertThat(command(agent, "operator", "gossip", "keyring", "remove", FIRST)
                        .code())
                .isZero();
        running.remove(agent);
        agent.close();
        var again = start("one", FIRST, "");
        await("its keys", () -> command(again, "keyring", "-list").out().contains(SECOND + " [1/1]"));
        assertThat(command(again, "keyring", "-list").out()).doesNotContain(FIRST);
    }

    @Test
    void without_a_key_there_is_nothing_to_change() throws Exception {
        var options = Agents.options(directory.resolve("one"), "server { enabled = true }");
        var agent = Assembly.start(options);
        running.add(agent);
        await("a server", () -> agent.server().snapshot().servers().iterator().hasNext());
        assertThat(command(agent, "operator", "gossip", "keyring", "list").err())
                .contains("steppe operator keygen");
        assertThat(command(agent, "operator", "gossip", "keyring", "install", "short")
                        .err())
                .contains("16, 24 or 32 bytes");
    }
}
