package dev.steppe.client.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.client.allocation.Surroundings;
import dev.steppe.client.allocation.TaskControl;
import dev.steppe.client.allocation.TaskHook;
import dev.steppe.client.allocation.TaskSite;
import dev.steppe.client.data.DataReader;
import dev.steppe.client.driver.TaskDirectories;
import dev.steppe.client.driver.TaskView;
import dev.steppe.client.file.TaskFiles;
import dev.steppe.client.settings.TemplateSettings;
import dev.steppe.io.ThreadLoop;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.model.AllocationId;
import dev.steppe.model.Task;
import dev.steppe.model.data.KeyEntry;
import dev.steppe.wire.DataAnswer;
import dev.steppe.wire.DataQuery;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The hook on a real loop and real files; only the servers and the program are played. */
class TemplateHookTest {
    private static final TemplateSettings QUICK = new TemplateSettings(
            List.of(),
            false,
            Duration.ZERO,
            Duration.ZERO,
            Optional.of(new TemplateSettings.Wait(Duration.ofMillis(50), Duration.ofSeconds(2))),
            Optional.empty(),
            TemplateSettings.Retry.standard(),
            TemplateSettings.Retry.standard(),
            TemplateSettings.Retry.standard());

    @TempDir
    Path temporary;

    private final ThreadLoop loop = new ThreadLoop("test");
    private final Servers servers = new Servers();
    private final Program program = new Program();
    private TaskDirectories directories;

    /** Keys that servers have; all is done on the loop. */
    private static final class Servers implements DataReader {
        private final Map<DataQuery, DataAnswer> data = new HashMap<>();
        private final List<Followed> followed = new ArrayList<>();
        private boolean away;

        private record Followed(DataQuery query, Consumer<DataAnswer> listener) {}

        @Override
        public Watch watch(AllocationId allocation, String task, DataQuery query, Consumer<DataAnswer> listener) {
            var one = new Followed(query, listener);
            followed.add(one);
            tellLater(one);
            return () -> followed.remove(one);
        }

        private ThreadLoop loop;

        private void tellLater(Followed one) {
            loop.execute(() -> {
                if (!away && followed.contains(one)) {
                    one.listener().accept(data.getOrDefault(one.query(), new DataAnswer.Missing()));
                }
            });
        }

        void put(String key, String value) {
            loop.execute(() -> {
                var query = new DataQuery.OneKey(key);
                var entry = new KeyEntry(key, value.getBytes(StandardCharsets.UTF_8), 0, 0, "", 1, 1);
                data.put(query, new DataAnswer.FoundKeys(List.of(entry)));
                List.copyOf(followed).stream()
                        .filter(it -> it.query().equals(query))
                        .forEach(this::tellLater);
            });
        }

        void goAway() {
            loop.execute(() -> away = true);
        }
    }

    /** Remembers what is asked of the program. */
    private static final class Program implements TaskControl {
        private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
        private volatile boolean stopping;

        @Override
        public void restart(Restart why) {
            asked.add("restart");
        }

        @Override
        public void signal(String signal, String why) {
            asked.add(signal);
        }

        @Override
        public void run(List<String> command, Duration atMost, Consumer<String> failed) {
            asked.add("run " + command);
            failed.accept("exit code 1");
        }

        @Override
        public void event(String type, String message) {
            asked.add(type + ": " + message);
        }

        @Override
        public boolean awaitStop(Duration atMost) {
            return stopping;
        }
    }

    @BeforeEach
    void make() throws IOException {
        assumeTrue(LinuxCalls.isLinux(), "directories are held open the way Linux does it");
        servers.loop = loop;
        var task = temporary.resolve("web");
        for (String name : new String[] {"local", "secrets", "private"}) {
            Files.createDirectories(task.resolve(name));
        }
        directories = new TaskDirectories(
                task,
                task.resolve("local"),
                task.resolve("tmp"),
                task.resolve("secrets"),
                temporary.resolve("alloc"),
                task.resolve("out"),
                task.resolve("err"),
                task.resolve("private/process"));
    }

    @AfterEach
    void close() {
        loop.close();
    }

    private TemplateHook hook() {
        var view = new TaskView(temporary.resolve("alloc"), directories.local(), directories.secrets(), false);
        return new TemplateHook(
                loop,
                servers,
                (site, query, listener) -> () -> {},
                site -> new TaskFiles(directories, view, Optional.empty()),
                TestTasks::environment,
                () -> QUICK);
    }

    private TaskSite site(String templates) {
        Surroundings surroundings = TestTasks.surroundings(templates);
        surroundings.directories("web", directories);
        Task task = surroundings.group().tasks().getFirst();
        return new TaskSite(surroundings, task, program);
    }

    private Path file(String name) {
        return directories.task().resolve(name);
    }

    private void await(String what) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (program.asked.stream().noneMatch(asked -> asked.contains(what))) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("nobody asked for " + what + ", only " + program.asked);
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    private void awaitContent(String name, String content) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!Files.exists(file(name)) || !Files.readString(file(name)).equals(content)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(name + " never became " + content);
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    private CompletableFuture<TaskHook.Prepared> prepare(TemplateHook hook, TaskSite site) {
        var prepared = new CompletableFuture<TaskHook.Prepared>();
        Thread.ofVirtual().start(() -> {
            try {
                prepared.complete(hook.prepare(site));
            } catch (TaskHook.Failure | InterruptedException | RuntimeException failed) {
                prepared.completeExceptionally(failed);
            }
        });
        return prepared;
    }

    private static TaskHook.Prepared done(CompletableFuture<TaskHook.Prepared> prepared) throws Exception {
        return prepared.get(30, TimeUnit.SECONDS);
    }

    private static final String SIGNALLED = """
            {"DestPath":"local/a","EmbeddedTmpl":"v={{ key \\"k\\" }}","ChangeMode":"signal","ChangeSignal":"SIGHUP","Splay":0}
            """;

    @Test
    void a_task_waits_for_its_data_and_says_for_which() throws Exception {
        var hook = hook();
        var prepared = prepare(hook, site(SIGNALLED));
        await("Template: Missing: kv.block(k)");
        assertThat(prepared).isNotDone();
        assertThat(file("local/a")).doesNotExist();
        servers.put("k", "1");
        done(prepared);
        assertThat(file("local/a")).hasContent("v=1");
    }

    @Test
    void a_task_that_is_to_end_waits_no_longer() throws Exception {
        var prepared = prepare(hook(), site(SIGNALLED));
        program.stopping = true;
        assertThat(done(prepared).lasting()).isFalse();
    }

    @Test
    void a_change_is_written_and_signalled_once() throws Exception {
        servers.put("k", "1");
        var hook = hook();
        var site = site(SIGNALLED);
        done(prepare(hook, site));
        hook.running(site);
        servers.put("k", "2");
        await("SIGHUP");
        assertThat(file("local/a")).hasContent("v=2");
        assertThat(program.asked).containsExactly("SIGHUP");
        hook.release(site);
    }

    @Test
    void one_restart_is_enough_for_all_that_changed() throws Exception {
        servers.put("k", "1");
        var hook = hook();
        var site = site(SIGNALLED + "," + """
                {"DestPath":"secrets/e","EmbeddedTmpl":"A={{ key \\"k\\" }}","Envvars":true,"Splay":0}
                """);
        assertThat(done(prepare(hook, site)).environment()).isEqualTo(Map.of("A", "1"));
        servers.put("k", "2");
        await("restart");
        assertThat(program.asked).containsExactly("restart");
        assertThat(done(prepare(hook, site)).environment()).isEqualTo(Map.of("A", "2"));
    }

    @Test
    void a_later_agent_does_nothing_when_nothing_changed_and_acts_when_something_did() throws Exception {
        servers.put("k", "1");
        var site = site(SIGNALLED);
        var first = hook();
        done(prepare(first, site));
        first.release(site);
        // the task may change its file: that is no change of the template
        Files.writeString(file("local/a"), "mine");
        var second = hook();
        second.running(site);
        servers.put("other", "x");
        servers.put("k", "1");
        done(prepare(second, site));
        assertThat(file("local/a")).hasContent("mine");
        second.release(site);
        assertThat(program.asked).isEmpty();
        servers.put("k", "2");
        var third = hook();
        third.running(site);
        await("SIGHUP");
        assertThat(file("local/a")).hasContent("v=2");
    }

    @Test
    void what_was_rendered_is_enough_to_start_again_while_the_servers_are_away() throws Exception {
        servers.put("k", "1");
        var site = site(
                "{\"DestPath\":\"secrets/e\",\"EmbeddedTmpl\":\"A={{ key \\\"k\\\" }}\",\"Envvars\":true,\"Splay\":0}");
        var first = hook();
        done(prepare(first, site));
        first.release(site);
        servers.goAway();
        assertThat(done(prepare(hook(), site)).environment()).isEqualTo(Map.of("A", "1"));
        assertThat(program.asked).isEmpty();
    }

    @Test
    void a_script_runs_on_change_and_its_failure_can_restart_the_task() throws Exception {
        servers.put("k", "1");
        var hook = hook();
        var site = site("""
                {"DestPath":"local/a","EmbeddedTmpl":"{{ key \\"k\\" }}","ChangeMode":"script","Splay":0,
                 "ChangeScript":{"Command":"/bin/reload","Args":["now"],"FailOnError":true}}
                """);
        done(prepare(hook, site));
        servers.put("k", "2");
        await("restart");
        assertThat(program.asked.poll()).isEqualTo("run [/bin/reload, now]");
        assertThat(program.asked.poll()).contains("failed: exit code 1");
    }

    @Test
    void what_is_rendered_once_is_left_alone() throws Exception {
        servers.put("k", "1");
        servers.put("l", "1");
        var hook = hook();
        var site = site("""
                {"DestPath":"local/once","EmbeddedTmpl":"{{ key \\"k\\" }}","Once":true,"ChangeMode":"noop","Splay":0},
                {"DestPath":"local/live","EmbeddedTmpl":"{{ key \\"k\\" }}","ChangeMode":"noop","Splay":0}
                """);
        done(prepare(hook, site));
        servers.put("k", "2");
        awaitContent("local/live", "2");
        assertThat(file("local/once")).hasContent("1");
    }

    @Test
    void a_mistake_in_a_running_task_is_told_and_the_last_file_stays() throws Exception {
        servers.put("k", "{\"a\":1}");
        var hook = hook();
        var site = site("""
                {"DestPath":"local/a","EmbeddedTmpl":"{{ (key \\"k\\" | parseJSON).a }}","Splay":0}
                """);
        done(prepare(hook, site));
        servers.put("k", "no json");
        await("not JSON");
        assertThat(file("local/a")).hasContent("1");
        assertThat(program.asked).noneMatch(asked -> asked.equals("restart"));
    }
}
