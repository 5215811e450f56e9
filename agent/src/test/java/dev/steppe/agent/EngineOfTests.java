package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.process.Tool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A Docker engine of a test's own with images made on the spot: busybox and what the test puts beside it. */
final class EngineOfTests implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(240);
    private static final List<String> NAMES =
            List.of("sh", "cat", "echo", "hostname", "httpd", "nc", "printf", "sleep", "wget");

    private final Path directory;
    private Process daemon;

    EngineOfTests() throws IOException, InterruptedException {
        assumeTrue(LinuxCalls.isRoot(), "skipped: a Docker engine needs root");
        for (String program : List.of("dockerd", "docker", "busybox", "tar")) {
            assumeTrue(Tool.find(program).isPresent(), "skipped: " + program + " is not installed");
        }
        // Short, because the path of a unix socket has at most 107 characters.
        directory = Files.createTempDirectory("engine");
        begin();
    }

    private void begin() throws IOException, InterruptedException {
        daemon = new ProcessBuilder(
                        Tool.find("dockerd").orElseThrow().toString(),
                        "--host=" + endpoint(),
                        "--data-root=" + directory.resolve("data"),
                        "--exec-root=" + directory.resolve("exec"),
                        "--pidfile=" + directory.resolve("docker.pid"),
                        "--bridge=none",
                        "--iptables=false",
                        "--ip-forward=false",
                        "--storage-driver=vfs",
                        "--shutdown-timeout=1")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("log").toFile()))
                .start();
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (docker(List.of("version")) != 0) {
            if (System.nanoTime() > deadline || !daemon.isAlive()) {
                daemon.destroyForcibly();
                throw new AssertionError("dockerd does not start: " + read(directory.resolve("log")));
            }
        }
    }

    /** Ends the engine, which ends its containers, and starts it again. */
    void restart() throws IOException, InterruptedException {
        end();
        begin();
    }

    private void end() {
        daemon.destroy();
        assertThat(daemon.onExit()
                        .orTimeout(DEADLINE.toSeconds(), TimeUnit.SECONDS)
                        .join()
                        .isAlive())
                .isFalse();
    }

    String endpoint() {
        return "unix://" + directory.resolve("docker.sock");
    }

    /** Makes an image whose programs are busybox's and whose other files are these, by path; scripts may be run. */
    void image(String name, Map<String, String> files, String command) throws IOException, InterruptedException {
        assertThat(docker(List.of(
                        "import",
                        "--change",
                        "ENV PATH=/bin",
                        "--change",
                        "CMD " + command,
                        archive(files).toString(),
                        name)))
                .isZero();
    }

    /** All files of such an image. */
    Path archive(Map<String, String> files) throws IOException, InterruptedException {
        var root = Files.createTempDirectory(directory, "image");
        var programs = Files.createDirectories(root.resolve("bin"));
        Files.copy(Tool.find("busybox").orElseThrow(), programs.resolve("busybox"));
        for (String program : NAMES) {
            Files.createSymbolicLink(programs.resolve(program), Path.of("busybox"));
        }
        Files.createDirectories(root.resolve("tmp"));
        for (Map.Entry<String, String> file : files.entrySet()) {
            var path = root.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        var tar = root.resolveSibling(root.getFileName() + ".tar");
        assertThat(run(List.of("tar", "-cf", tar.toString(), "-C", root.toString(), ".")))
                .isZero();
        return tar;
    }

    /** All that the engine says of a container or an image, without spaces; empty when it has none of that name. */
    String about(String name) throws IOException, InterruptedException {
        return said(List.of("inspect", name)).replaceAll("\\s+", "");
    }

    /** What a container wrote, as the engine has it. */
    String output(String container) throws IOException, InterruptedException {
        return said(List.of("logs", container));
    }

    private String said(List<String> words) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("docker", "-H", endpoint()));
        command.addAll(words);
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? said : "";
    }

    private int docker(List<String> words) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("docker", "-H", endpoint()));
        command.addAll(words);
        return run(command);
    }

    private int run(List<String> command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("commands").toFile()))
                .start()
                .waitFor();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException none) {
            return none.toString();
        }
    }

    @Override
    public void close() throws IOException {
        end();
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo")).reversed()) {
            var mount = Path.of(line.split(" ", 6)[4]);
            if (mount.startsWith(directory)) {
                LinuxCalls.unmount(mount, LinuxCalls.MNT_DETACH);
            }
        }
        // what the engine started may still end and write there
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (new ProcessBuilder("rm", "-rf", directory.toString())
                        .start()
                        .onExit()
                        .join()
                        .exitValue()
                != 0) {
            assertThat(System.nanoTime()).as("removing " + directory).isLessThan(deadline);
        }
    }
}
