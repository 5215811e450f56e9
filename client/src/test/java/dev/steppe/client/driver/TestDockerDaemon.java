package dev.steppe.client.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.process.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A Docker daemon of the tests' own, with a busybox image, that touches neither packet filter nor bridges. */
final class TestDockerDaemon {
    static final String IMAGE = "steppe-test-busybox:1";

    private static final Duration DEADLINE = Duration.ofSeconds(120);

    final Path directory;
    final Path socket;
    private Process daemon;

    TestDockerDaemon() throws IOException, InterruptedException {
        assumeTrue(LinuxCalls.isRoot(), "skipped: a Docker daemon needs root");
        assumeTrue(Tool.find("dockerd").isPresent(), "skipped: dockerd is not installed");
        assumeTrue(Tool.find("busybox").isPresent(), "skipped: a static busybox is not installed");
        // Short, because the path of a unix socket has at most 107 characters.
        directory = Files.createTempDirectory("docker");
        socket = directory.resolve("docker.sock");
        daemon = start();
        var root = Files.createDirectories(directory.resolve("image/bin"));
        Files.copy(Tool.find("busybox").orElseThrow(), root.resolve("busybox"));
        for (String name : List.of("sh", "sleep", "echo", "cat", "id", "kill", "ls", "nc", "pwd")) {
            Files.createSymbolicLink(root.resolve(name), Path.of("busybox"));
        }
        Files.createDirectories(directory.resolve("image/etc"));
        var tar = directory.resolve("image.tar");
        var made = new ProcessBuilder(
                        "tar",
                        "-cf",
                        tar.toString(),
                        "-C",
                        directory.resolve("image").toString(),
                        ".")
                .inheritIO()
                .start();
        assertThat(made.waitFor()).isZero();
        new DockerClient(socket)
                .importImage("steppe-test-busybox", "1", List.of("ENV PATH=/bin"), Files.readAllBytes(tar));
    }

    DockerSettings settings() {
        return DockerSettings.of(socket, "test");
    }

    /** Ends the daemon and starts it again, as an upgrade does; containers keep running. */
    void restart() throws IOException, InterruptedException {
        end();
        begin();
    }

    void end() throws InterruptedException {
        daemon.destroy();
        daemon.waitFor();
    }

    void begin() throws IOException, InterruptedException {
        daemon = start();
    }

    private Process start() throws IOException, InterruptedException {
        Files.deleteIfExists(socket);
        var process = new ProcessBuilder(
                        Tool.find("dockerd").orElseThrow().toString(),
                        "--host=unix://" + socket,
                        "--data-root=" + directory.resolve("data"),
                        "--exec-root=" + directory.resolve("exec"),
                        "--pidfile=" + directory.resolve("docker.pid"),
                        "--bridge=none",
                        "--iptables=false",
                        "--ip-forward=false",
                        "--storage-driver=vfs",
                        "--live-restore")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("log").toFile()))
                .start();
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (true) {
            try {
                assertThat(new DockerClient(socket).version()).isNotEmpty();
                return process;
            } catch (IOException starting) {
                assertThat(System.nanoTime())
                        .as(() -> "dockerd starts; its log: " + log())
                        .isLessThan(deadline);
                assertThat(process.isAlive()).as(this::log).isTrue();
                process.waitFor(20, TimeUnit.MILLISECONDS);
            }
        }
    }

    private String log() {
        try {
            return Files.readString(directory.resolve("log"));
        } catch (IOException none) {
            return none.toString();
        }
    }

    void close() throws IOException, InterruptedException {
        daemon.destroy();
        assertThat(daemon.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS))
                .as("dockerd ends")
                .isTrue();
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo")).reversed()) {
            var mount = Path.of(line.split(" ", 6)[4]);
            if (mount.startsWith(directory)) {
                LinuxCalls.unmount(mount, LinuxCalls.MNT_DETACH);
            }
        }
        // what the engine started may still end and write there
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (new ProcessBuilder("rm", "-rf", directory.toString()).start().waitFor() != 0) {
            assertThat(System.nanoTime()).as("removing " + directory).isLessThan(deadline);
        }
    }
}
