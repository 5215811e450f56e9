package dev.steppe.api.dns;

import dev.steppe.io.TaskScope;
import dev.steppe.mesh.catalog.Catalog;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The name service over UDP and TCP, on any number of addresses, which may be added while it runs. Names of the zone are
 * answered from the catalog, all others by the machine's resolvers. One event loop does everything.
 */
public final class DnsServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(DnsServer.class.getName());
    private static final int UDP_BYTES_PLAIN = 512;
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
    private static final int MESSAGE_BYTES_MAX = 65_535;
    /** Port 0 is taken for UDP first; another program may hold the same TCP port. */
    private static final int BIND_TRIES = 10;

    private final DnsLimits limits;
    private final MultiThreadIoEventLoopGroup group;
    private final EventLoop loop;
    private final ChannelGroup streams;
    private final TaskScope scope;
    private final Responder responder;
    private final Zone zone;
    private final Optional<Elsewhere> elsewhere;
    private final Upstreams upstreams;
    private final Forwarder forwarder;
    private final List<Channel> listeners = new CopyOnWriteArrayList<>();

    /** What the server answers from: its zone, the newest catalog, and the file that names the machine's resolvers. */
    public record Setup(
            Zone zone,
            Supplier<Catalog> catalog,
            Path resolverConfiguration,
            DnsLimits limits,
            Optional<Elsewhere> elsewhere) {

        /** A set-up that answers names of the zone from the catalog. */
        public Setup(Zone zone, Supplier<Catalog> catalog, Path resolverConfiguration, DnsLimits limits) {
            this(zone, catalog, resolverConfiguration, limits, Optional.empty());
        }

        /** The same for an agent that has no catalog and asks another. */
        public Setup answeredBy(Elsewhere other) {
            return new Setup(zone, catalog, resolverConfiguration, limits, Optional.of(other));
        }

        /** A set-up with the machine's own resolvers and the standard limits. */
        public static Setup of(Zone zone, Supplier<Catalog> catalog) {
            return new Setup(zone, catalog, Path.of("/etc/resolv.conf"), DnsLimits.standard());
        }
    }

    /** Another agent that answers names of the zone. */
    @FunctionalInterface
    public interface Elsewhere {
        /** The whole reply to a whole question. Blocks; fails when nobody could be asked. */
        byte[] answer(byte[] question, boolean stream) throws IOException, InterruptedException;
    }

    public DnsServer(Setup setup) {
        elsewhere = setup.elsewhere();
        zone = setup.zone();
        limits = setup.limits();
        group = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("dns-loop", true), NioIoHandler.newFactory());
        loop = (EventLoop) group.next();
        streams = new DefaultChannelGroup("dns", loop, true);
        scope = new TaskScope("dns");
        var random = new SecureRandom();
        responder = new Responder(setup.zone(), setup.catalog(), random);
        upstreams = new Upstreams(setup.resolverConfiguration(), limits, scope);
        forwarder = new Forwarder(loop, upstreams, limits, random);
    }

    /** Listens on an address over UDP and TCP; returns it with the real port where port 0 was asked for. */
    public InetSocketAddress listen(InetSocketAddress address) throws IOException {
        return listen(address, anybody -> true);
    }

    /** The same; of names of the zone only these askers are told. They are looked at by the event loop. */
    public InetSocketAddress listen(InetSocketAddress address, Predicate<InetAddress> askers) throws IOException {
        for (int i = 1; ; i++) {
            var datagrams = bound(datagrams(askers).bind(address), address, "UDP");
            var taken = (InetSocketAddress) datagrams.localAddress();
            try {
                var connections = bound(streams(askers).bind(taken), taken, "TCP");
                listeners.add(datagrams);
                listeners.add(connections);
                upstreams.exclude(taken);
                return taken;
            } catch (IOException portInUse) {
                datagrams.close().awaitUninterruptibly();
                if (address.getPort() != 0 || i == BIND_TRIES) {
                    throw portInUse;
                }
            }
        }
    }

    private static Channel bound(ChannelFuture binding, InetSocketAddress address, String protocol) throws IOException {
        binding.awaitUninterruptibly();
        if (!binding.isSuccess()) {
            throw new IOException(
                    "cannot listen on " + address + " over " + protocol + " for DNS: "
                            + Optional.ofNullable(binding.cause().getMessage()).orElse("no reason given"),
                    binding.cause());
        }
        return binding.channel();
    }

    private Bootstrap datagrams(Predicate<InetAddress> askers) {
        return new Bootstrap().group(loop).channel(NioDatagramChannel.class).handler(new Datagrams(askers));
    }

    private ServerBootstrap streams(Predicate<InetAddress> askers) {
        return new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new Streams(askers));
    }

    /** Ends listening on an address. Idempotent. */
    public void ignore(InetSocketAddress address) {
        var ignored = listeners.stream()
                .filter(listener -> address.equals(listener.localAddress()))
                .toList();
        listeners.removeAll(ignored);
        ignored.forEach(listener -> listener.close().awaitUninterruptibly());
    }

    /** Idempotent. */
    @Override
    public void close() {
        listeners.forEach(listener -> listener.close().awaitUninterruptibly());
        streams.close().awaitUninterruptibly();
        scope.close();
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** Answers one message; nothing is called when there is nothing to say. */
    private void answer(byte[] message, boolean stream, BooleanSupplier admitted, Consumer<byte[]> then) {
        DnsQuery query;
        try {
            query = DnsQuery.read(message);
        } catch (DnsQuery.Malformed malformed) {
            malformed.id().ifPresent(id -> then.accept(DnsWriter.error(id, DnsReply.Code.FORMAT_ERROR)));
            return;
        }
        if (query.opcode() != 0) {
            then.accept(write(query, DnsReply.failed(DnsReply.Code.NOT_IMPLEMENTED), stream));
            return;
        }
        if (isOwn(query) && !admitted.getAsBoolean()) {
            then.accept(write(query, DnsReply.failed(DnsReply.Code.REFUSED), stream));
            return;
        }
        if (elsewhere.isPresent() && isOwn(query)) {
            ask(elsewhere.get(), query, message, stream, then);
            return;
        }
        var own = fromCatalog(query);
        if (own.isPresent()) {
            then.accept(write(query, own.get(), stream));
        } else if (!query.recursionDesired() || !forwarder.isPossible()) {
            then.accept(write(query, DnsReply.failed(DnsReply.Code.REFUSED), stream));
        } else {
            forwarder.ask(
                    query,
                    message,
                    stream,
                    answer -> then.accept(answer.orElseGet(
                            () -> write(query, DnsReply.failed(DnsReply.Code.SERVER_FAILURE), stream))));
        }
    }

    private boolean isOwn(DnsQuery query) {
        return !(zone.meaning(query.name()) instanceof Zone.Meaning.Elsewhere);
    }

    private void ask(Elsewhere other, DnsQuery query, byte[] message, boolean stream, Consumer<byte[]> then) {
        scope.startVirtual("elsewhere", () -> {
            byte[] reply;
            try {
                reply = other.answer(message, stream);
            } catch (IOException nobody) {
                LOG.log(Level.DEBUG, "no server answered name=" + query.name() + " reason=" + nobody.getMessage());
                reply = write(query, DnsReply.failed(DnsReply.Code.SERVER_FAILURE), stream);
            } catch (InterruptedException stopping) {
                return;
            }
            byte[] whole = reply;
            loop.execute(() -> then.accept(whole));
        });
    }

    /** The reply to a question that another agent was asked; empty for a name that is not of the zone. Blocks. */
    public Optional<byte[]> answer(byte[] question, boolean stream) throws InterruptedException {
        var replies = new ArrayBlockingQueue<Optional<byte[]>>(1);
        loop.execute(() -> {
            try {
                var query = DnsQuery.read(question);
                replies.add(isOwn(query) ? fromCatalog(query).map(it -> write(query, it, stream)) : Optional.empty());
            } catch (DnsQuery.Malformed malformed) {
                replies.add(Optional.empty());
            }
        });
        return Optional.ofNullable(replies.poll(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS))
                .orElse(Optional.empty());
    }

    private Optional<DnsReply> fromCatalog(DnsQuery query) {
        try {
            return responder.answer(query, (int) (System.currentTimeMillis() / 1000));
        } catch (RuntimeException bug) {
            LOG.log(Level.ERROR, "answering failed name=" + query.name() + " type=" + query.type(), bug);
            return Optional.of(DnsReply.failed(DnsReply.Code.SERVER_FAILURE));
        }
    }

    private byte[] write(DnsQuery query, DnsReply reply, boolean stream) {
        int udpMax = Math.clamp(query.payloadMax().orElse(UDP_BYTES_PLAIN), UDP_BYTES_PLAIN, limits.udpBytesMax());
        return DnsWriter.write(query, reply, forwarder.isPossible(), stream ? MESSAGE_BYTES_MAX : udpMax);
    }

    private final class Datagrams extends SimpleChannelInboundHandler<DatagramPacket> {
        private final Predicate<InetAddress> askers;

        private Datagrams(Predicate<InetAddress> askers) {
            this.askers = askers;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            var sender = packet.sender();
            answer(
                    ByteBufUtil.getBytes(packet.content()),
                    false,
                    () -> askers.test(sender.getAddress()),
                    reply -> context.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(reply), sender)));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            LOG.log(Level.DEBUG, "datagram failed reason=" + cause.getMessage());
        }
    }

    private final class Streams extends ChannelInitializer<Channel> {
        private final Predicate<InetAddress> askers;

        private Streams(Predicate<InetAddress> askers) {
            this.askers = askers;
        }

        @Override
        protected void initChannel(Channel channel) {
            if (streams.size() >= limits.tcpConnectionsMax()) {
                channel.close();
                return;
            }
            streams.add(channel);
            channel.pipeline()
                    .addLast(new ReadTimeoutHandler(limits.tcpIdle().toMillis(), TimeUnit.MILLISECONDS))
                    .addLast(new LengthFieldBasedFrameDecoder(MESSAGE_BYTES_MAX, 0, 2, 0, 2))
                    .addLast(new LengthFieldPrepender(2))
                    .addLast(new SimpleChannelInboundHandler<ByteBuf>() {
                        @Override
                        protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
                            answer(
                                    ByteBufUtil.getBytes(message),
                                    true,
                                    () -> context.channel().remoteAddress() instanceof InetSocketAddress asker
                                            && askers.test(asker.getAddress()),
                                    reply -> context.writeAndFlush(Unpooled.wrappedBuffer(reply)));
                        }

                        @Override
                        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                            context.close();
                        }
                    });
        }
    }
}
