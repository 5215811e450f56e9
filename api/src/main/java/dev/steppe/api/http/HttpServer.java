package dev.steppe.api.http;

import dev.steppe.io.TaskScope;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Serves one route table on one or more addresses. Event loops only parse and write; every handler runs on a virtual
 * thread of its own; a waiting answer holds neither. Closing ends all connections and waits for running handlers.
 */
public final class HttpServer implements AutoCloseable {
    private static final int EVENT_LOOPS = 2;

    private final MultiThreadIoEventLoopGroup loops;
    private final ChannelGroup connections;
    private final List<Channel> listeners;
    private final TaskScope handlers;
    private final Pipeline pipeline;

    private HttpServer(
            MultiThreadIoEventLoopGroup loops,
            ChannelGroup connections,
            List<Channel> listeners,
            TaskScope handlers,
            Pipeline pipeline) {
        this.loops = loops;
        this.connections = connections;
        this.listeners = List.copyOf(listeners);
        this.handlers = handlers;
        this.pipeline = pipeline;
    }

    /**
     * What a server serves and where; {@code name} is the role its threads are named after. Without an address it serves
     * only connections that are handed to it. {@code faces} are other set-ups that a request may ask for by name, in the
     * header {@link #FACE}.
     */
    public record Setup(
            String name,
            List<InetSocketAddress> addresses,
            Dialect dialect,
            Router router,
            Gate gate,
            Headers standingHeaders,
            Limits limits,
            SortedMap<String, Setup> faces,
            Optional<SecureListener> secure,
            Optional<Spool> spool) {
        /** The header with which a request asks for a face. */
        public static final String FACE = "X-Steppe-Face";

        public Setup {
            addresses = List.copyOf(addresses);
            faces = Collections.unmodifiableSortedMap(new TreeMap<>(faces));
        }

        /** A set-up with the standard limits and no headers of its own. */
        public static Setup of(
                String name, List<InetSocketAddress> addresses, Dialect dialect, Router router, Gate gate) {
            return new Setup(
                    name,
                    addresses,
                    dialect,
                    router,
                    gate,
                    Headers.none(),
                    Limits.standard(),
                    new TreeMap<>(),
                    Optional.empty(),
                    Optional.empty());
        }

        /** This set-up with headers that go on every answer. */
        public Setup withStandingHeaders(Headers headers) {
            return new Setup(name, addresses, dialect, router, gate, headers, limits, faces, secure, spool);
        }

        /** This set-up with another table. */
        public Setup withRouter(Router other) {
            return new Setup(name, addresses, dialect, other, gate, standingHeaders, limits, faces, secure, spool);
        }

        /** This set-up with another gate. */
        public Setup withGate(Gate other) {
            return new Setup(name, addresses, dialect, router, other, standingHeaders, limits, faces, secure, spool);
        }

        /** This set-up with other limits. */
        public Setup withLimits(Limits other) {
            return new Setup(name, addresses, dialect, router, gate, standingHeaders, other, faces, secure, spool);
        }

        /** This set-up with another one that requests may ask for; only its table, gate, dialect and headers count. */
        public Setup withFace(String faceName, Setup face) {
            var more = new TreeMap<>(faces);
            more.put(faceName, face);
            return new Setup(name, addresses, dialect, router, gate, standingHeaders, limits, more, secure, spool);
        }

        /** This set-up, also served over TLS. */
        public Setup withSecure(SecureListener listener) {
            return new Setup(
                    name,
                    addresses,
                    dialect,
                    router,
                    gate,
                    standingHeaders,
                    limits,
                    faces,
                    Optional.of(listener),
                    spool);
        }

        /** This set-up with a place for large bodies, without which no route for them can be asked. */
        public Setup withSpool(Spool place) {
            return new Setup(
                    name, addresses, dialect, router, gate, standingHeaders, limits, faces, secure, Optional.of(place));
        }

        /** Whether a request is for a route that takes its body as a file. */
        private boolean isLarge(HttpRequest head) {
            var path = Connection.originForm(head.uri()).split("\\?", 2)[0];
            var method = Method.named(head.method().name()).filter(it -> it == Method.PUT || it == Method.POST);
            try {
                return method.isPresent()
                        && asked(head).router().find(method.get(), path) instanceof Router.Found.Matched found
                        && found.route().takesFiles();
            } catch (Refused wrong) {
                // whoever answers it says what is wrong
                return false;
            }
        }

        /** The set-up a request asks for. */
        Setup asked(HttpRequest head) throws Refused {
            var face = Optional.ofNullable(head.headers().get(FACE));
            if (face.isEmpty() || faces.isEmpty()) {
                return this;
            }
            return Optional.ofNullable(faces.get(face.get()))
                    .orElseThrow(() -> Refused.invalid("there is no API \"" + face.get() + "\" here"));
        }
    }

    /** Listens on all addresses of the set-up, or on none: fails naming the address that is not to be had. */
    public static HttpServer start(Setup setup) throws IOException {
        var loops = new MultiThreadIoEventLoopGroup(
                EVENT_LOOPS, new DefaultThreadFactory(setup.name() + "-loop", true), NioIoHandler.newFactory());
        var connections = new DefaultChannelGroup(setup.name(), GlobalEventExecutor.INSTANCE, true);
        var handlers = new TaskScope(setup.name());
        var pipeline = new Pipeline(setup, connections, handlers);
        var bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(pipeline);
        var listeners = new ArrayList<Channel>();
        try {
            for (var address : setup.addresses()) {
                listeners.add(bound(bootstrap, address, setup.name()));
            }
            if (setup.secure().isPresent()) {
                var secure = setup.secure().get();
                var secured = bootstrap.clone().childHandler(secure.before(pipeline));
                for (var address : secure.addresses()) {
                    listeners.add(bound(secured, address, setup.name()));
                }
            }
        } catch (IOException refused) {
            new HttpServer(loops, connections, listeners, handlers, pipeline).close();
            throw refused;
        }
        return new HttpServer(loops, connections, listeners, handlers, pipeline);
    }

    private static Channel bound(ServerBootstrap bootstrap, InetSocketAddress address, String name) throws IOException {
        var bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "cannot listen on " + address + " for " + name + ": " + reason(bound.cause()), bound.cause());
        }
        return bound.channel();
    }

    /**
     * Serves a connection that somebody else took, to be called on its event loop. The headers are known to be true of
     * its peer: each request has them, whatever it says itself.
     */
    public void take(Channel channel, Headers known) {
        pipeline.build(channel, known);
    }

    private static String reason(Throwable cause) {
        var message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }

    /** The addresses in the order of the set-up, those with TLS last, with the real port where port 0 was asked for. */
    public List<InetSocketAddress> addresses() {
        return listeners.stream()
                .map(listener -> (InetSocketAddress) listener.localAddress())
                .toList();
    }

    /** Open connections now. */
    public int connectionCount() {
        return connections.size();
    }

    /** Idempotent. */
    @Override
    public void close() {
        for (var listener : listeners) {
            listener.close().awaitUninterruptibly();
        }
        connections.close().awaitUninterruptibly();
        handlers.close();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** Builds a connection's chain: admission, slow-peer clock, HTTP codec, bodies that come as streams, whole requests, exchanges. */
    private static final class Pipeline extends ChannelInitializer<Channel> {
        private final Setup setup;
        private final ChannelGroup connections;
        private final TaskScope handlers;
        private final Admission admission;

        private Pipeline(Setup setup, ChannelGroup connections, TaskScope handlers) {
            this.setup = setup;
            this.connections = connections;
            this.handlers = handlers;
            this.admission = new Admission(setup.limits());
        }

        @Override
        protected void initChannel(Channel channel) {
            build(channel, Headers.none());
        }

        private void build(Channel channel, Headers known) {
            if (!admission.admit(channel)) {
                return;
            }
            connections.add(channel);
            var limits = setup.limits();
            var clock = new SlowPeerClock(limits);
            var decoder = new HttpDecoderConfig()
                    .setMaxInitialLineLength(limits.requestLineBytesMax())
                    .setMaxHeaderSize(limits.headerBytesMax());
            channel.pipeline()
                    .addLast(clock)
                    .addLast(new HttpServerCodec(decoder))
                    .addLast(new StreamedBodies(head -> setup.spool().isPresent() && setup.isLarge(head)))
                    .addLast(new WholeRequests(limits.bodyBytesMax()))
                    .addLast(new Connection(setup, known, handlers, clock));
        }
    }

    /** Gathers a request; one that is too large gets a refusal that names the limit. */
    private static final class WholeRequests extends HttpObjectAggregator {
        private final int bytesMax;

        private WholeRequests(int bytesMax) {
            super(bytesMax, true);
            this.bytesMax = bytesMax;
        }

        @Override
        protected void handleOversizedMessage(ChannelHandlerContext context, HttpMessage oversized) {
            var text = Bytes.utf8("the request body is larger than " + bytesMax + " bytes");
            var refusal = new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1,
                    HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                    Unpooled.wrappedBuffer(text.array()));
            refusal.headers().set("Content-Type", "text/plain; charset=utf-8");
            refusal.headers().set("Content-Length", text.size());
            refusal.headers().set("Connection", "close");
            context.writeAndFlush(refusal).addListener(ChannelFutureListener.CLOSE);
        }
    }
}
