package dev.steppe.proxy.broker;

import dev.steppe.io.TaskScope;
import dev.steppe.io.sockets.PacketSocket;
import dev.steppe.io.sockets.SocketException;
import dev.steppe.mesh.configuration.Address;
import dev.steppe.mesh.configuration.NetworkNamespace;
import dev.steppe.proxy.broker.BrokerRequest.Operation;
import dev.steppe.proxy.sockets.OwnSockets;
import dev.steppe.proxy.sockets.SocketSource;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Sockets from the broker. Requests are answered in order; one thread waits for the answers. When the broker was restarted
 * the listeners, which live on in this process, are handed to the new one, so that they outlive this process again.
 */
public final class BrokerSockets implements SocketSource {
    private static final System.Logger LOG = System.getLogger(BrokerSockets.class.getName());
    private static final Duration RECONNECT_PAUSE = Duration.ofMillis(50);
    private static final Duration ANSWER_DEADLINE = Duration.ofSeconds(5);
    private static final int SOCKETS_WAITING_MAX = 4_096;
    private static final int EPIPE = 32;

    private final Path path;
    private final TaskScope scope = new TaskScope("proxy");
    private final BlockingQueue<Boolean> reconnect = new LinkedBlockingQueue<>();
    private final Map<String, Listening> wanted = new LinkedHashMap<>();
    private final Map<String, EpollServerSocketChannel> channels = new LinkedHashMap<>();
    private final Deque<Consumer<Answer>> waiting = new ArrayDeque<>();
    private Optional<PacketSocket> connection = Optional.empty();
    private boolean closed;

    /** An answer as it came, or the failure to get one. */
    private record Answer(int error, String text, OptionalInt descriptor) {
        static Answer lost(String text) {
            return new Answer(EPIPE, text, OptionalInt.empty());
        }
    }

    /** Connects; the broker has to run already. */
    public BrokerSockets(Path path) throws IOException {
        this.path = path;
        connection = Optional.of(PacketSocket.connect(path));
        scope.startPlatform("broker", this::receiveAll);
        ask(request(Operation.BEGIN, ""), OptionalInt.empty());
    }

    @Override
    public Channel listen(ServerBootstrap bootstrap, Listening listening) throws IOException {
        var request = new BrokerRequest(
                Operation.LISTEN,
                listening.key(),
                name(listening.namespace()),
                listening.address().toSocketAddress().getAddress().getAddress(),
                listening.address().port(),
                listening.backlog());
        var answer = ask(request, OptionalInt.empty());
        if (answer.error() != 0 || answer.descriptor().isEmpty()) {
            throw new IOException(
                    "cannot listen on " + listening.address() + " in " + listening.namespace() + ": " + answer.text());
        }
        int descriptor = answer.descriptor().getAsInt();
        var channel = new EpollServerSocketChannel(descriptor);
        ChannelFuture registered =
                bootstrap.channelFactory(() -> channel).register().awaitUninterruptibly();
        if (!registered.isSuccess()) {
            throw new IOException("cannot serve " + listening.address(), registered.cause());
        }
        synchronized (this) {
            wanted.put(listening.key(), listening);
            channels.put(listening.key(), channel);
        }
        return channel;
    }

    @Override
    public void release(String key) {
        synchronized (this) {
            wanted.remove(key);
            channels.remove(key);
        }
        askQuietly(request(Operation.RELEASE, key));
    }

    @Override
    public void sweep() {
        askQuietly(request(Operation.SWEEP, ""));
    }

    @Override
    public void connect(Bootstrap bootstrap, NetworkNamespace namespace, Address target, Consumer<ChannelFuture> then) {
        var address = target.toSocketAddress();
        if (namespace instanceof NetworkNamespace.Host) {
            OwnSockets.connectFromHost(bootstrap, target, then);
            return;
        }
        var loop = bootstrap.config().group().next();
        var request = new BrokerRequest(
                Operation.SOCKET, "", name(namespace), address.getAddress().getAddress(), 0, 0);
        send(
                request,
                OptionalInt.empty(),
                answer -> loop.execute(() -> {
                    if (answer.descriptor().isPresent()) {
                        int descriptor = answer.descriptor().getAsInt();
                        bootstrap
                                .channelFactory(() -> new EpollSocketChannel(descriptor))
                                .connect(address)
                                .addListener((ChannelFuture future) -> then.accept(future));
                    } else {
                        var unregistered = new EpollSocketChannel();
                        unregistered.unsafe().closeForcibly();
                        then.accept(unregistered.newFailedFuture(
                                new IOException("no socket in namespace " + namespace + ": " + answer.text())));
                    }
                }));
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            connection.ifPresent(PacketSocket::shutdown);
        }
        scope.close();
    }

    private static BrokerRequest request(Operation operation, String key) {
        return new BrokerRequest(operation, key, "", new byte[0], 0, 0);
    }

    private static String name(NetworkNamespace namespace) {
        return switch (namespace) {
            case NetworkNamespace.Host() -> "";
            case NetworkNamespace.Named(var name) -> name;
        };
    }

    private void askQuietly(BrokerRequest request) {
        try {
            ask(request, OptionalInt.empty());
        } catch (IOException unanswered) {
            LOG.log(Level.WARNING, "broker did not answer operation={0} key={1}", request.operation(), request.key());
        }
    }

    /** Sends and waits. Not for event loops. */
    private Answer ask(BrokerRequest request, OptionalInt passed) throws IOException {
        var box = new LinkedBlockingQueue<Answer>(1);
        send(request, passed, box::add);
        try {
            Answer answer = box.poll(ANSWER_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
            if (answer == null) {
                throw new IOException("the socket broker at " + path + " does not answer");
            }
            return answer;
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the socket broker", stopping);
        }
    }

    private void send(BrokerRequest request, OptionalInt passed, Consumer<Answer> then) {
        Optional<Answer> failure = Optional.empty();
        synchronized (this) {
            if (connection.isEmpty() || waiting.size() >= SOCKETS_WAITING_MAX) {
                failure = Optional.of(Answer.lost("the socket broker is being restarted or overloaded"));
            } else {
                waiting.add(then);
                try {
                    connection.get().send(request.encode(), passed);
                } catch (SocketException gone) {
                    waiting.removeLast();
                    failure = Optional.of(Answer.lost(gone.getMessage()));
                }
            }
        }
        failure.ifPresent(then);
    }

    private void receiveAll() {
        while (true) {
            PacketSocket socket;
            synchronized (this) {
                if (closed) {
                    connection.ifPresent(PacketSocket::close);
                    return;
                }
                socket = connection.orElseThrow();
            }
            receiveUntilLost(socket);
            if (!connectAgain(socket)) {
                return;
            }
        }
    }

    private void receiveUntilLost(PacketSocket socket) {
        while (true) {
            PacketSocket.Packet packet;
            try {
                packet = socket.receive(BrokerAnswer.BYTES);
            } catch (SocketException lost) {
                return;
            }
            if (packet.bytes().length < BrokerAnswer.BYTES) {
                return;
            }
            var answer = BrokerAnswer.decode(packet.bytes());
            Consumer<Answer> then;
            synchronized (this) {
                then = waiting.remove();
            }
            then.accept(new Answer(answer.error(), answer.text(), packet.descriptor()));
        }
    }

    /** False when this was closed. */
    private boolean connectAgain(PacketSocket lost) {
        Deque<Consumer<Answer>> unanswered;
        synchronized (this) {
            connection = Optional.empty();
            unanswered = new ArrayDeque<>(waiting);
            waiting.clear();
            lost.close();
            if (closed) {
                return false;
            }
        }
        LOG.log(Level.WARNING, "broker lost path={0}", path);
        unanswered.forEach(then -> then.accept(Answer.lost("the socket broker ended")));
        while (true) {
            try {
                reconnect.poll(RECONNECT_PAUSE.toMillis(), TimeUnit.MILLISECONDS);
                var socket = PacketSocket.connect(path);
                synchronized (this) {
                    if (closed) {
                        socket.close();
                        return false;
                    }
                    connection = Optional.of(socket);
                    handOver(socket);
                }
                LOG.log(Level.INFO, "broker found again path={0} listeners={1}", path, channels.size());
                return true;
            } catch (SocketException notYet) {
                continue;
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }

    /** Holds the lock: no other request comes in between. Answers are of no interest. */
    private void handOver(PacketSocket socket) throws SocketException {
        for (Map.Entry<String, EpollServerSocketChannel> entry : channels.entrySet()) {
            var listening = wanted.get(entry.getKey());
            if (listening == null || !entry.getValue().isOpen()) {
                continue;
            }
            waiting.add(answer -> {});
            var request = new BrokerRequest(
                    Operation.ADOPT,
                    entry.getKey(),
                    name(listening.namespace()),
                    listening.address().toSocketAddress().getAddress().getAddress(),
                    listening.address().port(),
                    listening.backlog());
            socket.send(request.encode(), OptionalInt.of(entry.getValue().fd().intValue()));
        }
    }
}
