package dev.steppe.wire.network;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * The one port on which a server hears other agents: mutual TLS, and the protocol that was agreed on in its handshake
 * tells who goes on with the connection. A peer without a certificate is let in as a stranger: it may only ask to join.
 */
public final class AgentListener implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(AgentListener.class.getName());
    private static final int EVENT_LOOPS = 2;
    /** Connections that nobody has accepted yet; no more than can be served before those who wait give up. */
    private static final int BACKLOG = 512;

    private final MultiThreadIoEventLoopGroup loops;
    private final ChannelGroup connections;
    private final List<Channel> listeners = new ArrayList<>();

    /** Who goes on with a connection after its handshake. Called on the connection's event loop. */
    public interface Doors {
        /** A connection of {@code http/1.1}, or of a peer that names no protocol. */
        void requests(Channel channel, Peer peer);

        /** A stream of a node; its peer has a certificate. */
        void stream(Channel channel, Peer peer);
    }

    /** Listens on all addresses, or on none: fails naming the address that is not to be had. */
    public static AgentListener start(List<InetSocketAddress> addresses, AgentTls tls, Doors doors) throws IOException {
        var listener = new AgentListener();
        try {
            listener.listen(addresses, tls, doors);
            return listener;
        } catch (IOException refused) {
            listener.close();
            throw refused;
        }
    }

    private AgentListener() {
        loops = new MultiThreadIoEventLoopGroup(
                EVENT_LOOPS, new DefaultThreadFactory("agents-loop", true), NioIoHandler.newFactory());
        connections = new DefaultChannelGroup("agents", GlobalEventExecutor.INSTANCE, true);
    }

    private void listen(List<InetSocketAddress> addresses, AgentTls tls, Doors doors) throws IOException {
        var context = TlsContexts.accepting(tls);
        var turns = new HandshakeTurns();
        var bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.add(channel);
                        turns.begin(channel, context.newHandler(channel.alloc()));
                        channel.pipeline().addLast(new Handshake(tls, doors));
                    }
                });
        for (var address : addresses) {
            var bound = bootstrap.bind(address).awaitUninterruptibly();
            if (!bound.isSuccess()) {
                throw new IOException(
                        "cannot listen on " + address + " for other agents: "
                                + bound.cause().getMessage(),
                        bound.cause());
            }
            listeners.add(bound.channel());
        }
    }

    /** The addresses in the order given, with the real port where port 0 was asked for. */
    public List<InetSocketAddress> addresses() {
        return listeners.stream()
                .map(listener -> (InetSocketAddress) listener.localAddress())
                .toList();
    }

    /** Idempotent. */
    @Override
    public void close() {
        listeners.forEach(listener -> listener.close().awaitUninterruptibly());
        connections.close().awaitUninterruptibly();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private static final class Handshake extends ApplicationProtocolNegotiationHandler {
        private final AgentTls tls;
        private final Doors doors;

        private Handshake(AgentTls tls, Doors doors) {
            super(ApplicationProtocolNames.HTTP_1_1);
            this.tls = tls;
            this.doors = doors;
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext context, String protocol) throws SSLException {
            var channel = context.channel();
            var peer = peer(channel);
            boolean ofThisRegion = !peer.isStranger() && peer.region().isEmpty();
            if (protocol.equals(StreamChannel.PROTOCOL) && ofThisRegion) {
                doors.stream(channel, peer);
            } else if (protocol.equals(ApplicationProtocolNames.HTTP_1_1)) {
                doors.requests(channel, peer);
            } else {
                throw new SSLException("a stream of a node needs a certificate: join first");
            }
        }

        private Peer peer(Channel channel) {
            try {
                var session = channel.pipeline().get(SslHandler.class).engine().getSession();
                var shown = session.getPeerCertificates();
                return tls.peer(Arrays.copyOf(shown, shown.length, X509Certificate[].class));
            } catch (SSLPeerUnverifiedException noCertificate) {
                return Peer.stranger();
            }
        }

        @Override
        protected void handshakeFailure(ChannelHandlerContext context, Throwable cause) {
            // whoever only looks whether the port is open breaks off
            var level = cause instanceof ClosedChannelException ? Level.DEBUG : Level.WARNING;
            LOG.log(
                    level,
                    "another agent was not let in from=" + context.channel().remoteAddress() + " reason="
                            + TlsContexts.reason(cause));
            context.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            LOG.log(
                    Level.DEBUG,
                    "connection of another agent failed from="
                            + context.channel().remoteAddress() + " reason=" + cause.getMessage());
            context.close();
        }
    }
}
