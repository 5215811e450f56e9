package dev.steppe.client.network;

import dev.steppe.io.TaskScope;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Publishes TCP ports where no packet filter exists: the agent itself listens and passes bytes on. The allocation sees
 * the bridge's address instead of the caller's, calls break when the agent ends, and UDP is not published. Allocations
 * do not get out through it.
 */
final class PortRelay implements Firewall {
    private static final System.Logger LOG = System.getLogger(PortRelay.class.getName());
    private static final String LOOPBACK = "127.0.0.1";
    private static final String ANY = "0.0.0.0";
    private static final int BUFFER_BYTES = 16 << 10;
    private static final int BACKLOG = 1_024;

    private final MachineCommands commands;
    private final TaskScope scope;
    private final TreeMap<String, Listening> listeners = new TreeMap<>();

    private record Listening(ServerSocketChannel channel, PublishedPort port) {}

    /** Its threads belong to the scope. */
    PortRelay(MachineCommands commands, TaskScope scope) {
        this.commands = commands;
        this.scope = scope;
    }

    @Override
    public String name() {
        return "relay";
    }

    @Override
    public void apply(List<PublishedPort> ports) throws IOException, InterruptedException {
        var wanted = new TreeMap<String, PublishedPort>();
        for (PublishedPort port : ports) {
            for (String address : addresses(port)) {
                wanted.put(address + ":" + port.hostPort(), port);
            }
        }
        for (var held : List.copyOf(listeners.entrySet())) {
            if (!held.getValue().port().equals(wanted.get(held.getKey()))) {
                listeners.remove(held.getKey());
                held.getValue().channel().close();
            }
        }
        for (var entry : wanted.entrySet()) {
            if (!listeners.containsKey(entry.getKey())) {
                listen(entry.getKey(), entry.getValue());
            }
        }
    }

    private static List<String> addresses(PublishedPort port) {
        if (port.onEveryAddress()) {
            // One socket takes the calls of both versions.
            return port.isVersion6() ? List.of() : List.of(ANY);
        }
        return port.hostAddress().equals(LOOPBACK) || port.hostAddress().contains(":")
                ? List.of(port.hostAddress())
                : List.of(port.hostAddress(), LOOPBACK);
    }

    private void listen(String key, PublishedPort port) throws IOException, InterruptedException {
        String address = key.substring(0, key.lastIndexOf(':'));
        var listener = commands.inMachine(() -> ServerSocketChannel.open()
                .setOption(StandardSocketOptions.SO_REUSEADDR, true)
                .bind(new InetSocketAddress(address, port.hostPort()), BACKLOG));
        listeners.put(key, new Listening(listener, port));
        scope.startVirtual("relay-" + key, () -> accept(listener, port));
    }

    private void accept(ServerSocketChannel listener, PublishedPort port) {
        while (listener.isOpen()) {
            try {
                var caller = listener.accept();
                scope.startVirtual("relay-call", () -> serve(caller, port));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(SocketChannel caller, PublishedPort port) {
        try (caller;
                var called = commands.inMachine(
                        () -> SocketChannel.open(new InetSocketAddress(port.address(), port.port())))) {
            var back = scope.startVirtual("relay-back", () -> copy(called, caller));
            copy(caller, called);
            back.join();
        } catch (IOException unreachable) {
            LOG.log(Level.DEBUG, "relayed call failed port=" + port.hostPort() + " reason=" + unreachable.getMessage());
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /** Until the end of one direction, which is passed on; a broken connection ends both. */
    private static void copy(SocketChannel from, SocketChannel to) {
        var buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
            to.shutdownOutput();
        } catch (IOException broken) {
            closeQuietly(from);
            closeQuietly(to);
        }
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException closedAlready) {
            LOG.log(Level.TRACE, "relayed connection closed before", closedAlready);
        }
    }

    @Override
    public void publish(List<PublishedPort> added, List<PublishedPort> all) throws IOException, InterruptedException {
        apply(all);
    }

    @Override
    public void withdraw(List<PublishedPort> removed, List<PublishedPort> left)
            throws IOException, InterruptedException {
        apply(left);
    }

    @Override
    public boolean isIntact() {
        return new ArrayList<>(listeners.values())
                .stream().allMatch(it -> it.channel().isOpen());
    }

    @Override
    public void remove() throws IOException, InterruptedException {
        apply(List.of());
    }
}
