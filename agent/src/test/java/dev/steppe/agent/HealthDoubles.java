package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsServer;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** What checks and artifacts of jobs ask, on loopback: HTTP, HTTPS with a key nobody vouches for, gRPC in the open and in TLS. */
final class HealthDoubles implements AutoCloseable {
    /** What is answered below a path; 200 without a word. */
    final Map<String, Integer> status = new ConcurrentHashMap<>();

    final Map<String, byte[]> bodies = new ConcurrentHashMap<>();
    /** How often a path was asked for since somebody looked. */
    final Map<String, Integer> asked = new ConcurrentHashMap<>();

    final List<String> seen = new CopyOnWriteArrayList<>();

    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final HttpServer plain;
    private final HttpsServer secure;
    private final int grpc;
    private final int grpcWithTls;

    HealthDoubles(Path directory) throws Exception {
        var keys = keys(directory.resolve("keys"));
        plain = HttpServer.create(loopback(), 0);
        secure = HttpsServer.create(loopback(), 0);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        secure.setHttpsConfigurator(new HttpsConfigurator(context));
        for (HttpServer server : List.of(plain, secure)) {
            server.createContext("/", this::answer);
            server.start();
        }
        var tls = SslContextBuilder.forServer(keys)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        "h2"))
                .build();
        grpc = listen(channel -> {});
        grpcWithTls = listen(channel -> channel.pipeline().addLast(tls.newHandler(channel.alloc())));
    }

    int http() {
        return plain.getAddress().getPort();
    }

    int https() {
        return secure.getAddress().getPort();
    }

    int grpc() {
        return grpc;
    }

    int grpcWithTls() {
        return grpcWithTls;
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestURI().getPath();
        var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        var name = exchange instanceof HttpsExchange https
                ? ((ExtendedSSLSession) https.getSSLSession())
                        .getRequestedServerNames()
                        .toString()
                : "";
        seen.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                + exchange.getRequestHeaders().getFirst("X-Who") + " " + body + name);
        asked.merge(path, 1, Integer::sum);
        var content = bodies.getOrDefault(path, new byte[0]);
        exchange.sendResponseHeaders(status.getOrDefault(path, 200), content.length == 0 ? -1 : content.length);
        if (content.length > 0) {
            exchange.getResponseBody().write(content);
        }
        exchange.close();
    }

    /** gRPC's health service: knows "shop" and the server as a whole, and that "ill" is not well. */
    private static final class HealthService extends SimpleChannelInboundHandler<Http2StreamFrame> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, Http2StreamFrame frame) {
            if (!(frame instanceof Http2DataFrame data) || !data.isEndStream()) {
                return;
            }
            var message = ByteBufUtil.getBytes(data.content());
            var service = message.length > 7 ? new String(message, 7, message.length - 7, StandardCharsets.UTF_8) : "";
            byte state = (byte) (service.equals("ill") ? 2 : 1);
            var head = new DefaultHttp2Headers().status("200").add("content-type", "application/grpc");
            context.write(new DefaultHttp2HeadersFrame(head).stream(data.stream()));
            context.write(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(new byte[] {0, 0, 0, 0, 2, 8, state}))
                    .stream(data.stream()));
            context.writeAndFlush(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().add("grpc-status", "0"), true)
                    .stream(data.stream()));
        }
    }

    private int listen(Consumer<Channel> first) throws InterruptedException {
        var listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        first.accept(channel);
                        channel.pipeline()
                                .addLast(Http2FrameCodecBuilder.forServer().build(), new HealthService());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    private static KeyManagerFactory keys(Path file) throws Exception {
        var made = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=web.example",
                        "-ext",
                        "san=dns:web.example",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        "changeit")
                .redirectErrorStream(true)
                .start();
        var said = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(made.waitFor()).as(said).isZero();
        var password = "changeit".toCharArray();
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStore.getInstance(file.toFile(), password), password);
        return keys;
    }

    @Override
    public void close() {
        plain.stop(0);
        secure.stop(0);
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
