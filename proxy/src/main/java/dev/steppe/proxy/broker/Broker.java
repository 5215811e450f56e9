package dev.steppe.proxy.broker;

import dev.steppe.io.sockets.SocketException;
import dev.steppe.io.sockets.TcpSockets;
import dev.steppe.mesh.configuration.NetworkNamespace;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Answers requests one by one on one thread, which enters a namespace for the time of one system call. Should it ever fail
 * to come back from a namespace, it throws {@link Error}, because every later socket would be in the wrong one.
 */
final class Broker implements AutoCloseable {
    /** A proxy needs two listeners for an allocation; this bounds what a broken one can keep. */
    private static final int LISTENERS_MAX = 8_192;

    private final Path namespaces;
    private final int home;
    private final Map<String, Listener> listeners = new TreeMap<>();
    private int round;

    Broker(Path namespaces) throws SocketException {
        this.namespaces = namespaces;
        this.home = TcpSockets.openFile(Path.of("/proc/thread-self/ns/net"));
    }

    /** A listening socket, where it listens, and in which round it was last asked for. */
    private record Listener(int descriptor, String place, int round) {}

    /** The answer, and the descriptor to send with it; one that is not kept is closed by {@link #sent}. */
    record Outcome(BrokerAnswer answer, OptionalInt descriptor, boolean kept) {
        void sent() {
            if (!kept) {
                descriptor.ifPresent(TcpSockets::close);
            }
        }
    }

    Outcome answer(byte[] packet, OptionalInt passed) {
        boolean adopted = false;
        try {
            var request = BrokerRequest.decode(packet);
            adopted = request.operation() == BrokerRequest.Operation.ADOPT && passed.isPresent();
            return perform(request, passed);
        } catch (SocketException failed) {
            return failure(failed.errno(), failed.getMessage());
        } catch (IllegalArgumentException | UnknownHostException refused) {
            return failure(BrokerAnswer.REFUSED, "refused: " + refused.getMessage());
        } finally {
            if (!adopted) {
                passed.ifPresent(TcpSockets::close);
            }
        }
    }

    private Outcome perform(BrokerRequest request, OptionalInt passed) throws SocketException, UnknownHostException {
        return switch (request.operation()) {
            case SOCKET -> {
                var family = InetAddress.getByAddress(request.ip());
                int socket = inNamespace(request.namespace(), () -> TcpSockets.unconnected(family));
                yield new Outcome(BrokerAnswer.DONE, OptionalInt.of(socket), false);
            }
            case LISTEN -> new Outcome(BrokerAnswer.DONE, OptionalInt.of(listen(request)), true);
            case ADOPT -> {
                adopt(request, passed);
                yield done();
            }
            case RELEASE -> {
                release(request.key());
                yield done();
            }
            case BEGIN -> {
                round++;
                yield done();
            }
            case SWEEP -> {
                sweep();
                yield done();
            }
        };
    }

    private int listen(BrokerRequest request) throws SocketException, UnknownHostException {
        String place = place(request);
        var existing = listeners.get(request.key());
        if (existing != null && existing.place.equals(place)) {
            listeners.put(request.key(), new Listener(existing.descriptor, place, round));
            return existing.descriptor;
        }
        if (listeners.size() >= LISTENERS_MAX) {
            throw new IllegalArgumentException("more than " + LISTENERS_MAX + " listeners");
        }
        release(request.key());
        var address = new InetSocketAddress(InetAddress.getByAddress(request.ip()), request.port());
        int descriptor = inNamespace(request.namespace(), () -> TcpSockets.listening(address, request.backlog()));
        listeners.put(request.key(), new Listener(descriptor, place, round));
        return descriptor;
    }

    private void adopt(BrokerRequest request, OptionalInt passed) {
        int descriptor = passed.orElseThrow(
                () -> new IllegalArgumentException("there is no descriptor to adopt for " + request.key()));
        if (listeners.containsKey(request.key()) || listeners.size() >= LISTENERS_MAX) {
            TcpSockets.close(descriptor);
        } else {
            listeners.put(request.key(), new Listener(descriptor, place(request), round));
        }
    }

    private void release(String key) {
        var listener = listeners.remove(key);
        if (listener != null) {
            TcpSockets.close(listener.descriptor);
        }
    }

    private void sweep() {
        for (Iterator<Listener> left = listeners.values().iterator(); left.hasNext(); ) {
            var listener = left.next();
            if (listener.round != round) {
                TcpSockets.close(listener.descriptor);
                left.remove();
            }
        }
    }

    /** The host's own namespace has the empty name; another name is one file in the agent's directory and never a path. */
    private int inNamespace(String name, SocketOpening opening) throws SocketException {
        if (name.isEmpty()) {
            return opening.open();
        }
        if (!NetworkNamespace.Named.isName(name)) {
            throw new IllegalArgumentException("'" + name + "' is not a name of a namespace");
        }
        int namespace = TcpSockets.openFile(namespaces.resolve(name));
        try {
            TcpSockets.enterNamespace(namespace, name);
            try {
                return opening.open();
            } finally {
                goHome();
            }
        } finally {
            TcpSockets.close(namespace);
        }
    }

    private void goHome() {
        try {
            TcpSockets.enterNamespace(home, "back to the host");
        } catch (SocketException stranded) {
            throw new Error("stranded in a namespace", stranded);
        }
    }

    private static String place(BrokerRequest request) {
        return request.namespace() + "|" + java.util.Arrays.toString(request.ip()) + "|" + request.port();
    }

    private static Outcome done() {
        return new Outcome(BrokerAnswer.DONE, OptionalInt.empty(), true);
    }

    private static Outcome failure(int error, String text) {
        return new Outcome(new BrokerAnswer(error, text), OptionalInt.empty(), true);
    }

    int listenerCount() {
        return listeners.size();
    }

    @Override
    public void close() {
        listeners.values().forEach(listener -> TcpSockets.close(listener.descriptor));
        listeners.clear();
        TcpSockets.close(home);
    }

    /** One system call that opens a socket where the thread is. */
    @FunctionalInterface
    private interface SocketOpening {
        int open() throws SocketException;
    }
}
