package dev.steppe.wire.network;

import dev.steppe.io.Loop;
import dev.steppe.wire.Link;
import dev.steppe.wire.Message;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * Opens streams to whichever server leads: tries the servers it knows of one after another, and goes where one of them
 * points. One attempt is one such round; when to try again is for who asked to say.
 */
public final class StreamDialer implements AutoCloseable {
    private static final int CONNECT_MILLIS = 3_000;
    private static final int ANSWER_SECONDS = 5;

    private final AgentTls tls;
    private final Loop loop;
    private final KnownServers servers;
    private final SslContext context;
    private final Silences silences = StreamChannel.Side.OPENED.silences();
    private final MultiThreadIoEventLoopGroup threads = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("stream-loop", true), NioIoHandler.newFactory());

    /** What arrives is delivered on the loop. */
    public StreamDialer(AgentTls tls, Loop loop, KnownServers servers) throws SSLException {
        this.tls = tls;
        this.loop = loop;
        this.servers = servers;
        this.context = TlsContexts.streaming(tls);
    }

    /** Opens a stream; the end is told when that fails. */
    public Link connect(Link.End end) {
        return Dialing.begin(
                loop, servers, ThreadLocalRandom.current(), (server, dialing) -> new Attempt(dialing, server), end);
    }

    /** Breaks every stream. Idempotent. */
    @Override
    public void close() {
        threads.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private static List<HostPort> read(List<String> texts) {
        var read = new ArrayList<HostPort>();
        for (String text : texts) {
            try {
                read.add(HostPort.parse(text, 0));
            } catch (IllegalArgumentException unknown) {
                // a server that nobody can call is none
            }
        }
        return read;
    }

    /** One connection to one server. */
    private final class Attempt implements Dialing.Attempt, StreamChannel.Owner {
        private final Dialing dialing;
        private final HostPort server;
        private Optional<StreamChannel> stream = Optional.empty();
        private boolean taken;
        private Loop.Timer patience = () -> {};

        private Attempt(Dialing dialing, HostPort server) {
            this.dialing = dialing;
            this.server = server;
        }

        @Override
        public HostPort server() {
            return server;
        }

        @Override
        public void begin() {
            patience =
                    loop.after(java.time.Duration.ofSeconds(ANSWER_SECONDS), () -> giveUp("it did not answer in time"));
            new Bootstrap()
                    .group(threads)
                    .channel(NioSocketChannel.class)
                    .option(ChannelOption.TCP_NODELAY, true)
                    .option(ChannelOption.SO_KEEPALIVE, true)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                    .handler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            channel.pipeline()
                                    .addLast(context.newHandler(channel.alloc(), server.host(), server.port()))
                                    .addLast(new Handshake(Attempt.this));
                        }
                    })
                    .connect(server.unresolved())
                    .addListener(connected -> {
                        if (!connected.isSuccess()) {
                            loop.execute(() ->
                                    giveUp(String.valueOf(connected.cause().getMessage())));
                        }
                    });
        }

        private void giveUp(String reason) {
            if (!taken) {
                patience.cancel();
                stream.ifPresent(it -> it.close(reason));
                dialing.failed(this, reason);
            }
        }

        private void connected(StreamChannel opened) {
            stream = Optional.of(opened);
            if (!dialing.isCurrent(this)) {
                opened.close("not needed any more");
            }
        }

        @Override
        public void send(Message message) {
            stream.ifPresent(it -> it.send(message));
        }

        @Override
        public void close(String reason) {
            patience.cancel();
            stream.ifPresent(it -> it.close(reason));
        }

        @Override
        public void received(Message message) {
            dialing.received(message);
        }

        @Override
        public void closed(String reason) {
            patience.cancel();
            dialing.failed(this, reason);
        }

        @Override
        public void noticed(StreamNotice notice) {
            switch (notice) {
                case StreamNotice.Servers known -> {
                    servers.told(read(known.servers()));
                    if (!taken) {
                        taken = true;
                        patience.cancel();
                        dialing.taken(this);
                    }
                }
                case StreamNotice.Elsewhere elsewhere ->
                    dialing.pointed(
                            this,
                            elsewhere
                                    .leader()
                                    .flatMap(it -> read(List.of(it)).stream().findFirst()),
                            read(elsewhere.servers()));
                case StreamNotice.Alive alive -> {}
                case StreamNotice.Goodbye goodbye -> {}
            }
        }
    }

    private final class Handshake extends ApplicationProtocolNegotiationHandler {
        private final Attempt attempt;

        private Handshake(Attempt attempt) {
            super("nothing");
            this.attempt = attempt;
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext context, String protocol) throws SSLException {
            if (!protocol.equals(StreamChannel.PROTOCOL)) {
                throw new SSLException("what listens there takes no streams of nodes");
            }
            var opened = StreamChannel.on(context.channel(), loop, StreamChannel.Side.OPENED, silences, attempt);
            loop.execute(() -> attempt.connected(opened));
        }

        @Override
        protected void handshakeFailure(ChannelHandlerContext context, Throwable cause) {
            String reason = TlsContexts.reason(cause);
            loop.execute(() -> attempt.giveUp(reason));
            context.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            String reason = TlsContexts.reason(cause);
            loop.execute(() -> attempt.giveUp(reason));
            context.close();
        }

        /** Only before it was agreed on: this handler is not asked any more afterwards. */
        @Override
        public void channelInactive(ChannelHandlerContext context) throws Exception {
            loop.execute(() -> attempt.giveUp("it hung up before a secure connection was agreed on"));
            super.channelInactive(context);
        }
    }

    /** What this agent is to those it calls. */
    public AgentTls tls() {
        return tls;
    }
}
