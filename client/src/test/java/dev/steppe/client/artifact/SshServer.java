package dev.steppe.client.artifact;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.process.Tool;
import dev.steppe.io.sockets.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** The machine's sshd on loopback, with keys of its own and one that may log in as root. */
final class SshServer implements AutoCloseable {
    private final Path folder;
    private final FreePorts ports = new FreePorts();
    private final int port;
    private final Process process;

    static boolean isPossible() {
        return LinuxCalls.isRoot()
                && Tool.find("sshd").isPresent()
                && Tool.find("ssh-keygen").isPresent();
    }

    SshServer(Path temporary) throws Exception {
        folder = Files.createDirectories(temporary.resolve("sshd"));
        for (String name : List.of("host", "mine", "other")) {
            var made = new ProcessBuilder(
                            "ssh-keygen",
                            "-q",
                            "-t",
                            "ed25519",
                            "-N",
                            "",
                            "-f",
                            folder.resolve(name).toString())
                    .inheritIO()
                    .start();
            if (made.waitFor() != 0) {
                throw new IOException("ssh-keygen failed");
            }
        }
        port = ports.any();
        Files.writeString(folder.resolve("config"), """
                ListenAddress 127.0.0.1:%d
                HostKey %2$s/host
                AuthorizedKeysFile %2$s/mine.pub
                PidFile none
                StrictModes no
                UsePAM no
                PermitRootLogin prohibit-password
                """.formatted(port, folder));
        // sshd wants this directory of every machine
        Files.createDirectories(Path.of("/run/sshd"));
        process = new ProcessBuilder(
                        Tool.find("sshd").orElseThrow().toString(),
                        "-D",
                        "-f",
                        folder.resolve("config").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        await();
    }

    private void await() throws IOException {
        long until = System.nanoTime() + 60_000_000_000L;
        while (true) {
            try (var open = new Socket(InetAddress.getLoopbackAddress(), port)) {
                // it greets first
                open.getInputStream().read();
                return;
            } catch (IOException notYet) {
                if (System.nanoTime() > until || !process.isAlive()) {
                    throw new IOException(Files.readString(folder.resolve("log")), notYet);
                }
                LockSupport.parkNanos(20_000_000);
            }
        }
    }

    int port() {
        return port;
    }

    /** The key that may log in, as a job file has it. */
    String key() throws IOException {
        return Base64.getEncoder().encodeToString(Files.readAllBytes(folder.resolve("mine")));
    }

    String otherKey() throws IOException {
        return Base64.getEncoder().encodeToString(Files.readAllBytes(folder.resolve("other")));
    }

    @Override
    public void close() throws IOException {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        process.onExit().join();
        ports.close();
    }
}
