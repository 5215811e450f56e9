package dev.steppe.client.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.client.settings.ContainerSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Proves with a real engine and a registry on loopback how images come, what is said meanwhile, and when they go. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DockerImagesTest {
    private static final Duration SHORT = Duration.ofMillis(700);

    private TestDockerDaemon daemon;
    private DriverMachine machine;
    private Path temporary;

    @BeforeAll
    void startDaemon() throws Exception {
        daemon = new TestDockerDaemon();
    }

    @AfterAll
    void endDaemon() throws Exception {
        if (daemon != null) {
            daemon.close();
        }
    }

    @BeforeEach
    void open(@TempDir Path fresh) throws Exception {
        temporary = fresh;
        machine = new DriverMachine(fresh);
    }

    /** The files of an image that the engine has no layer of. */
    private byte[] tar() throws Exception {
        var unique = Files.createTempDirectory(temporary, "layer");
        var bytes = new byte[300_000];
        RandomGenerator.getDefault().nextBytes(bytes);
        Files.write(unique.resolve("unique"), bytes);
        var tar = unique.resolve("layer.tar");
        var image = daemon.directory.resolve("image").toString();
        assertThat(new ProcessBuilder("tar", "-cf", tar.toString(), "-C", image, ".", "-C", unique.toString(), "unique")
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
        return Files.readAllBytes(tar);
    }

    @AfterEach
    void close() throws Exception {
        try (var driver = new DockerDriver(daemon.settings())) {
            driver.sweep(Set.of());
        }
        machine.close();
    }

    private DockerDriver driver(ContainerSettings.Images images) {
        return new DockerDriver(new DockerSettings(
                daemon.socket,
                "test",
                Optional.of(temporary.resolve("pulled")),
                ContainerSettings.standard().with(images)));
    }

    private static ContainerSettings.Images images(Duration within, Duration activity, Duration removeAfter) {
        return new ContainerSettings.Images(Optional.empty(), Optional.empty(), within, activity, true, removeAfter);
    }

    private TaskContext task(String name, Map<String, Object> more) throws Exception {
        machine.directory.createTask(name, Optional.empty(), AllocationDirectory.Access.CONTAINER);
        var config = new TreeMap<String, Object>(
                Map.of("command", "/bin/sh", "args", List.of("-c", "echo from $0"), "network_mode", "none"));
        config.putAll(more);
        return machine.task(name, config);
    }

    /** Remembers what a start told. */
    private static final class Told implements StartProgress {
        private final List<String> messages = new CopyOnWriteArrayList<>();
        private final AtomicBoolean calledOff = new AtomicBoolean();

        @Override
        public void tell(String message) {
            messages.add(message);
        }

        @Override
        public boolean isCalledOff() {
            return calledOff.get();
        }
    }

    @Test
    void an_image_is_pulled_told_of_shared_by_two_tasks_and_removed_when_none_uses_it() throws Exception {
        try (var registry = new RegistryDouble(Optional.empty(), true);
                var driver = driver(images(Duration.ofMinutes(1), Duration.ofMinutes(1), SHORT))) {
            var image = registry.offer("team/app", "1.2", tar());
            var told = new Told();
            var one = driver.start(task("one", Map.of("image", image)), told);
            var two = driver.start(task("two", Map.of("image", image)), told);
            assertThat(told.messages).hasSize(2);
            assertThat(told.messages.getFirst()).isEqualTo("Downloading image " + image);
            assertThat(told.messages.getLast())
                    .matches("Downloaded image \\Q" + image + "\\E(: [0-9.]+ MiB)? in [0-9a-z.]+")
                    .doesNotContain(" 0.0 MiB");
            assertThat(registry.layersAsked).hasValue(1);
            assertThat(DriverMachine.exit(driver, one).successful()).isTrue();
            assertThat(DriverMachine.exit(driver, two).successful()).isTrue();
            var docker = new DockerClient(daemon.socket);
            driver.destroy(one);
            assertThat(docker.hasImage(image)).isTrue();
            driver.destroy(two);
            DriverMachine.await(() -> !docker.hasImage(image));
            // What was there before is not the driver's to remove.
            assertThat(docker.hasImage(TestDockerDaemon.IMAGE)).isTrue();
        }
    }

    @Test
    void a_later_agent_keeps_what_its_tasks_use_and_removes_what_an_earlier_one_pulled() throws Exception {
        var docker = new DockerClient(daemon.socket);
        try (var registry = new RegistryDouble(Optional.empty(), true)) {
            var used = registry.offer("used", "1", tar());
            var unused = registry.offer("unused", "1", tar());
            var settings = images(Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofHours(1));
            DriverHandle running;
            try (var first = driver(settings)) {
                running = first.start(
                        task("one", Map.of("image", used, "args", List.of("-c", "while :; do sleep 1; done"))));
                var ended = first.start(task("two", Map.of("image", unused)));
                DriverMachine.exit(first, ended);
                first.destroy(ended);
            }
            try (var later = driver(images(Duration.ofMinutes(1), Duration.ofMinutes(1), SHORT))) {
                later.recover(running);
                DriverMachine.await(() -> !docker.hasImage(unused));
                assertThat(docker.hasImage(used)).isTrue();
                later.destroy(running);
                DriverMachine.await(() -> !docker.hasImage(used));
            }
        }
    }

    @Test
    void credentials_come_from_the_task_from_a_file_or_from_a_helper_and_a_refusal_says_what_to_do() throws Exception {
        try (var registry = new RegistryDouble(Optional.of("ada:se:cret"), true)) {
            var image = registry.offer("closed/app", "1", tar());
            var usual = images(Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofHours(1));
            try (var driver = driver(usual)) {
                assertThatThrownBy(() -> driver.start(task("one", Map.of("image", image))))
                        .isInstanceOfSatisfying(
                                DriverException.class,
                                refused -> assertThat(refused.recoverable()).isFalse())
                        .hasMessageStartingWith("image \"" + image + "\" cannot be pulled from registry "
                                + registry.address() + ": the registry wants credentials")
                        .hasMessageContaining("auth { username")
                        .hasMessageNotContaining("\n");
                var wrong = Map.<String, Object>of(
                        "image", image, "auth", List.of(Map.of("username", "ada", "password", "wrong-word")));
                assertThatThrownBy(() -> driver.start(task("one", wrong)))
                        .hasMessageContaining("the registry wants credentials")
                        .hasMessageNotContaining("wrong-word");
                var right = Map.<String, Object>of(
                        "image", image, "auth", List.of(Map.of("username", "ada", "password", "se:cret")));
                driver.destroy(driver.start(task("one", right)));
            }
            var file = Files.writeString(
                    temporary.resolve("config.json"),
                    "{\"auths\":{\"" + registry.address() + "\":{\"auth\":\""
                            + Base64.getEncoder().encodeToString("ada:se:cret".getBytes(StandardCharsets.UTF_8))
                            + "\"}}}");
            try (var driver = driver(new ContainerSettings.Images(
                    Optional.of(file),
                    Optional.empty(),
                    usual.pullWithin(),
                    usual.activityWithin(),
                    true,
                    usual.removeAfter()))) {
                driver.destroy(driver.start(task("one", Map.of("image", image, "force_pull", true))));
            }
            var lost = new ContainerSettings.Images(
                    Optional.of(temporary.resolve("none.json")),
                    Optional.empty(),
                    usual.pullWithin(),
                    usual.activityWithin(),
                    true,
                    usual.removeAfter());
            try (var driver = driver(lost)) {
                assertThatThrownBy(() -> driver.start(task("one", Map.of("image", image, "force_pull", true))))
                        .hasMessageContaining("none.json is not there");
                assertThatThrownBy(() -> driver.start(
                                task("one", Map.of("image", image, "force_pull", true, "auth_soft_fail", true))))
                        .hasMessageContaining("the registry wants credentials");
            }
        }
    }

    @Test
    void a_helper_program_is_asked_for_the_registry_and_told_nothing_else() throws Exception {
        var helper = Files.writeString(
                temporary.resolve("docker-credential-test"),
                "#!/bin/sh\nread -r asked || true\n[ \"$1\" = get ] || exit 3\n"
                        + "[ \"$asked\" = registry.example:5000 ] || exit 1\n"
                        + "echo '{\"ServerURL\":\"x\",\"Username\":\"<token>\",\"Secret\":\"s3\"}'\n");
        assertThat(helper.toFile().setExecutable(true)).isTrue();
        assertThat(RegistryCredentials.ofProgram(helper, "registry.example:5000"))
                .containsEntry("identitytoken", "s3")
                .containsEntry("serveraddress", "registry.example:5000");
        assertThatThrownBy(() -> RegistryCredentials.ofProgram(helper, "other.example"))
                .hasMessageContaining("docker-credential-test knows no credentials for other.example");
    }

    @Test
    void a_pull_that_stalls_takes_too_long_or_is_called_off_ends_in_time_and_says_so() throws Exception {
        try (var registry = new RegistryDouble(Optional.empty(), false)) {
            var image = registry.offer("slow/app", "1", tar());
            try (var driver = driver(images(Duration.ofMinutes(5), SHORT, Duration.ofHours(1)))) {
                assertThatThrownBy(() -> driver.start(task("one", Map.of("image", image))))
                        .isInstanceOfSatisfying(
                                DriverException.class,
                                failed -> assertThat(failed.recoverable()).isTrue())
                        .hasMessageContaining("made no progress for 700ms")
                        .hasMessageContaining("pull_activity_timeout");
            }
            try (var driver = driver(images(Duration.ofMinutes(5), Duration.ofMinutes(5), Duration.ofHours(1)))) {
                var short_ = Map.<String, Object>of("image", image, "image_pull_timeout", "500ms");
                assertThatThrownBy(() -> driver.start(task("one", short_)))
                        .hasMessageContaining("took longer than 500ms")
                        .hasMessageContaining("image_pull_timeout");
                var told = new Told();
                var waiting = task("one", Map.of("image", image));
                int before = registry.layersAsked.get();
                var failure = new CompletableFuture<Exception>();
                var thread = Thread.ofVirtual().start(() -> {
                    try {
                        driver.start(waiting, told);
                        failure.completeExceptionally(new AssertionError("it started"));
                    } catch (DriverException calledOff) {
                        failure.complete(calledOff);
                    }
                });
                DriverMachine.await(() -> registry.layersAsked.get() > before);
                told.calledOff.set(true);
                assertThat(failure.get(30, TimeUnit.SECONDS)).hasMessageContaining("was called off");
                thread.join();
            }
            registry.gate.countDown();
            try (var driver = driver(images(Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofHours(1)))) {
                driver.destroy(driver.start(task("one", Map.of("image", image))));
            }
        }
    }

    @Test
    void what_is_not_there_is_told_apart_from_what_cannot_be_reached() throws Exception {
        try (var registry = new RegistryDouble(Optional.empty(), true);
                var driver = driver(images(Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofHours(1)))) {
            var image = registry.address() + "/none:7";
            assertThatThrownBy(() -> driver.start(task("one", Map.of("image", image))))
                    .isInstanceOfSatisfying(
                            DriverException.class,
                            refused -> assertThat(refused.recoverable()).isFalse())
                    .hasMessageContaining("the registry has no such image or tag");
            assertThatThrownBy(() -> driver.start(task("one", Map.of("image", "127.0.0.1:1/none:1"))))
                    .isInstanceOfSatisfying(
                            DriverException.class,
                            failed -> assertThat(failed.recoverable()).isTrue())
                    .hasMessageContaining("the registry cannot be reached");
        }
    }

    @Test
    void an_archive_of_an_image_is_loaded_from_the_tasks_directory_and_nowhere_else() throws Exception {
        var docker = new DockerClient(daemon.socket);
        docker.importImage("saved", "1", List.of("ENV PATH=/bin"), tar());
        try (var driver = driver(images(Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofHours(1)))) {
            var task = task("one", Map.of("image", "saved:1", "load", "image.tar"));
            save("saved:1", task.directories().local().resolve("image.tar"));
            docker.removeImage("saved:1");
            var handle = driver.start(task);
            assertThat(DriverMachine.exit(driver, handle).successful()).isTrue();
            driver.destroy(handle);
            var other = task("one", Map.of("image", "other:1", "load", "image.tar"));
            assertThatThrownBy(() -> driver.start(other))
                    .hasMessageContaining("does not hold the image \"other:1\"")
                    .hasMessageContaining("saved:1");
            Files.createSymbolicLink(other.directories().local().resolve("link"), Path.of("/etc/hostname"));
            assertThatThrownBy(() -> driver.start(task("one", Map.of("image", "other:1", "load", "link"))))
                    .hasMessageContaining("a link that leads out");
            assertThatThrownBy(() -> driver.start(task("one", Map.of("image", "other:1", "load", "../x.tar"))))
                    .hasMessageContaining("there is no file \"../x.tar\"");
        } finally {
            docker.removeImage("saved:1");
        }
    }

    private void save(String image, Path to) throws Exception {
        try (var streamed =
                new UnixHttp(daemon.socket).open("GET", "/images/" + image + "/get", new TreeMap<>(), new byte[0])) {
            Files.copy(streamed.body(), to);
        }
    }
}
