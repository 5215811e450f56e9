package dev.steppe.client.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsServer;
import dev.steppe.client.check.Probe.Health;
import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.model.ServiceCheck;
import dev.steppe.model.codec.Codec;
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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks against real servers on loopback. */
class SocketProbeTest {
    private final NamespaceThread namespaces = new NamespaceThread();
    private final SocketProbe probe = new SocketProbe(namespaces);

    @AfterEach
    void close() {
        namespaces.close();
    }

    private Probe.Result ask(int port, String fields) throws Exception {
        var check =
                Codec.fromJson(ServiceCheck.class, "{\"Interval\":1000000000,\"Timeout\":60000000000," + fields + "}");
        return probe.ask(new Probe.Target(check, "127.0.0.1", port, Optional.empty()));
    }

    @Test
    void an_http_check_sends_what_it_says_and_passes_warns_or_fails_by_status() throws Exception {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var seen = new CompletableFuture<String>();
        server.createContext("/health", exchange -> {
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            seen.complete(exchange.getRequestMethod() + " "
                    + exchange.getRequestHeaders().getFirst("X-Who") + " "
                    + exchange.getRequestHeaders().getFirst("Host") + " " + body);
            var status = Integer.parseInt(exchange.getRequestURI().getQuery());
            // Length 0 means chunked here.
            exchange.sendResponseHeaders(status, 0);
            exchange.getResponseBody().write("all is as it is".getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        server.start();
        try {
            int port = server.getAddress().getPort();
            var passing = ask(
                    port,
                    "\"Type\":\"http\",\"Path\":\"/health?204\",\"Method\":\"POST\",\"Body\":\"ping\",\"Header\":{\"X-Who\":[\"me\"],"
                            + "\"Host\":[\"web.example\"]}");
            assertThat(passing.health()).isEqualTo(Health.PASSING);
            assertThat(passing.statusCode()).isEqualTo(204);
            assertThat(seen.get(5, TimeUnit.SECONDS)).isEqualTo("POST me web.example ping");
            var warning = ask(port, "\"Type\":\"http\",\"Path\":\"/health?429\"");
            assertThat(warning.health()).isEqualTo(Health.WARNING);
            var critical = ask(port, "\"Type\":\"http\",\"Path\":\"/health?503\"");
            assertThat(critical.health()).isEqualTo(Health.CRITICAL);
            assertThat(critical.output())
                    .startsWith("HTTP GET http://127.0.0.1:" + port + "/health?503: 503")
                    .endsWith("Output: all is as it is");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void an_https_check_trusts_nobody_unless_it_is_asked_to_and_names_the_server_it_wants(@TempDir Path directory)
            throws Exception {
        var server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var asked = new CompletableFuture<String>();
        server.setHttpsConfigurator(new HttpsConfigurator(selfSigned(directory.resolve("keys"))));
        server.createContext("/health", exchange -> {
            var session = (ExtendedSSLSession) ((HttpsExchange) exchange).getSSLSession();
            asked.complete(session.getRequestedServerNames().toString());
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        try {
            int port = server.getAddress().getPort();
            var https =
                    "\"Type\":\"http\",\"Protocol\":\"https\",\"Path\":\"/health\",\"TLSServerName\":\"web.example\"";
            var refused = ask(port, https);
            assertThat(refused.health()).isEqualTo(Health.CRITICAL);
            assertThat(refused.output()).containsIgnoringCase("certif");
            assertThat(asked)
                    .as("nothing is sent to a server that is not known")
                    .isNotDone();
            var trusted = ask(port, https + ",\"TLSSkipVerify\":true");
            assertThat(trusted.output()).startsWith("HTTP GET https://127.0.0.1:" + port + "/health: 200");
            assertThat(trusted.health()).isEqualTo(Health.PASSING);
            assertThat(asked.get(5, TimeUnit.SECONDS)).contains("web.example");
            assertThat(ask(port, "\"Type\":\"http\",\"Path\":\"/health\"").health())
                    .as("without TLS")
                    .isEqualTo(Health.CRITICAL);
        } finally {
            server.stop(0);
        }
    }

    /** A server with a key of its own that nobody vouches for. */
    private static SSLContext selfSigned(Path file) throws Exception {
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
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    @Test
    void a_server_that_says_nothing_is_critical_in_time() throws Exception {
        try (var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var result = ask(silent.getLocalPort(), "\"Type\":\"http\",\"Path\":\"/\",\"Timeout\":50000000");
            assertThat(result.health()).isEqualTo(Health.CRITICAL);
            assertThat(result.output()).contains("no answer within 50 ms");
            assertThat(ask(silent.getLocalPort(), "\"Type\":\"tcp\"").health()).isEqualTo(Health.PASSING);
        }
    }

    /** A gRPC health service: knows "shop" and the server as a whole. */
    private static final class HealthService extends SimpleChannelInboundHandler<Http2StreamFrame> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, Http2StreamFrame frame) {
            if (!(frame instanceof Http2DataFrame data) || !data.isEndStream()) {
                return;
            }
            var message = ByteBufUtil.getBytes(data.content());
            var service = message.length > 7 ? new String(message, 7, message.length - 7, StandardCharsets.UTF_8) : "";
            var head = new DefaultHttp2Headers().status("200").add("content-type", "application/grpc");
            if (service.equals("unknown")) {
                head.add("grpc-status", "5").add("grpc-message", "unknown service");
                context.writeAndFlush(new DefaultHttp2HeadersFrame(head, true).stream(data.stream()));
                return;
            }
            byte state = (byte) (service.equals("ill") ? 2 : 1);
            context.write(new DefaultHttp2HeadersFrame(head).stream(data.stream()));
            context.write(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(new byte[] {0, 0, 0, 0, 2, 8, state}))
                    .stream(data.stream()));
            context.writeAndFlush(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().add("grpc-status", "0"), true)
                    .stream(data.stream()));
        }
    }

    @Test
    void a_grpc_check_asks_the_health_service() throws Exception {
        var loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            var listener = new ServerBootstrap()
                    .group(loops)
                    .channel(NioServerSocketChannel.class)
                    .childHandler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            channel.pipeline()
                                    .addLast(Http2FrameCodecBuilder.forServer().build(), new HealthService());
                        }
                    })
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .sync()
                    .channel();
            int port = ((InetSocketAddress) listener.localAddress()).getPort();
            assertThat(ask(port, "\"Type\":\"grpc\"").health()).isEqualTo(Health.PASSING);
            assertThat(ask(port, "\"Type\":\"grpc\",\"GRPCService\":\"shop\"").health())
                    .isEqualTo(Health.PASSING);
            var ill = ask(port, "\"Type\":\"grpc\",\"GRPCService\":\"ill\"");
            assertThat(ill.health()).isEqualTo(Health.CRITICAL);
            assertThat(ill.output()).endsWith("status is NOT_SERVING");
            var unknown = ask(port, "\"Type\":\"grpc\",\"GRPCService\":\"unknown\"");
            assertThat(unknown.output()).endsWith("failed with gRPC code 5 (NOT_FOUND): unknown service");
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    @Test
    void a_grpc_check_of_something_else_says_so() throws Exception {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
        try {
            var result = ask(server.getAddress().getPort(), "\"Type\":\"grpc\"");
            assertThat(result.health()).isEqualTo(Health.CRITICAL);
            // The server may answer in its own words, or hang up.
            assertThat(result.output()).containsAnyOf("not HTTP/2", "closed before the answer");
        } finally {
            server.stop(0);
        }
    }
}
