package dev.steppe.client.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.io.TaskScope;
import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.io.linux.NetworkNamespaces;
import dev.steppe.io.process.Tool;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Two machines played by namespaces with a cable between them: {@code node} (10.99.0.1) and {@code other} (10.99.0.2). */
final class TestMachines implements AutoCloseable {
    static final String NODE_ADDRESS = "10.99.0.1";
    static final String OTHER_ADDRESS = "10.99.0.2";

    /** As long as a busy machine may take. */
    private static final int PATIENCE_MILLIS = 60_000;

    private static final int VAIN_MILLIS = 2_000;

    final NamespaceThread thread = new NamespaceThread();
    final TaskScope servers = new TaskScope("test-server");
    final NetworkNamespaces namespaces;
    final Path node;
    final Path other;

    TestMachines(Path directory) throws IOException, InterruptedException {
        namespaces = new NetworkNamespaces(thread, directory.resolve("machines"));
        node = namespaces.create("node");
        other = namespaces.create("other");
        ip(
                node,
                "link set lo up",
                "link add wire0 type veth peer name wire1 netns " + other,
                "addr add " + NODE_ADDRESS + "/24 dev wire0",
                "link set wire0 up");
        ip(other, "link set lo up", "addr add " + OTHER_ADDRESS + "/24 dev wire1", "link set wire1 up");
    }

    void ip(Path namespace, String... lines) throws IOException, InterruptedException {
        Tool.require(
                thread,
                NamespaceThread.Entry.network(namespace),
                List.of("ip", "-batch", "-"),
                String.join("\n", lines) + "\n");
    }

    String run(Path namespace, String input, String... command) throws IOException, InterruptedException {
        return Tool.require(thread, NamespaceThread.Entry.network(namespace), List.of(command), input);
    }

    NetworkSettings settings(Path runDirectory) {
        return new NetworkSettings(
                NetworkSettings.DEFAULT_BRIDGE,
                Subnet.parse(NetworkSettings.DEFAULT_SUBNET),
                runDirectory,
                Optional.of(node));
    }

    /** Serves, inside the namespace, the name and the client's address as seen by the server. */
    void serve(Path namespace, int port, String name) throws IOException, InterruptedException {
        var listener = thread.call(
                NamespaceThread.Entry.network(namespace),
                () -> ServerSocketChannel.open().bind(new InetSocketAddress("0.0.0.0", port)));
        servers.startVirtual(name, () -> {
            try (listener) {
                while (true) {
                    try (var client = listener.accept()) {
                        var address = (InetSocketAddress) client.getRemoteAddress();
                        client.write(ByteBuffer.wrap(
                                (name + " sees " + address.getAddress().getHostAddress() + "\n")
                                        .getBytes(StandardCharsets.UTF_8)));
                    }
                }
            } catch (IOException ended) {
                return;
            }
        });
    }

    /** Connects from inside a namespace and answers what the server said, or the failure. */
    String ask(Path from, String address, int port) throws InterruptedException {
        return ask(from, address, port, PATIENCE_MILLIS);
    }

    /** The same where nobody should answer, not even by a refusal. */
    String askInVain(Path from, String address, int port) throws InterruptedException {
        return ask(from, address, port, VAIN_MILLIS);
    }

    private String ask(Path from, String address, int port, int patience) throws InterruptedException {
        try {
            return thread.call(NamespaceThread.Entry.network(from), () -> {
                try (var socket = new Socket()) {
                    socket.connect(new InetSocketAddress(address, port), patience);
                    socket.setSoTimeout(patience);
                    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
                }
            });
        } catch (IOException failed) {
            return failed.getClass().getSimpleName();
        }
    }

    /** Something that the kernel does by itself some time. */
    interface Condition {
        boolean holds() throws Exception;
    }

    static void await(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
        }
    }

    /** A connection that stays open. */
    SocketChannel connect(Path from, String address, int port) throws IOException, InterruptedException {
        return thread.call(
                NamespaceThread.Entry.network(from), () -> SocketChannel.open(new InetSocketAddress(address, port)));
    }

    @Override
    public void close() throws IOException {
        servers.close();
        namespaces.delete("node");
        namespaces.delete("other");
        namespaces.removeDirectory();
        thread.close();
    }
}
