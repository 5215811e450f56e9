package dev.steppe.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.steppe.mesh.configuration.Address;
import dev.steppe.mesh.configuration.Exposed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Proves over real sockets that an exposed port answers its paths and nothing else. */
class ExposedPathsTest {
    private final TestAuthority authority = new TestAuthority("test root");
    private final TestNode node = new TestNode(authority);
    private final ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
    private HttpServer application;
    private Address bind;
    private Address target;

    @BeforeEach
    void start() throws IOException {
        application = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        application.createContext("/", exchange -> {
            var body = exchange.getRequestBody().readAllBytes();
            seen.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body.length);
            var answer = ("served " + exchange.getRequestURI().getPath() + " " + "x".repeat(200_000))
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        application.start();
        bind = TestNode.freeAddress();
        target = new Address("127.0.0.1", application.getAddress().getPort());
        node.expose(authority.leaf("web"), List.of(new Exposed(bind, List.of(new Exposed.Path("/health", target)))));
        assertThat(node.apply()).isEmpty();
    }

    @AfterEach
    void stop() {
        node.close();
        application.stop(0);
    }

    private String ask(String request) throws IOException {
        try (var socket = TestNode.connect(bind)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void the_path_is_answered_by_the_application_whole() throws Exception {
        var answer = ask("GET /health?deep=1 HTTP/1.1\r\nHost: web\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 200").contains("served /health").hasSizeGreaterThan(200_000);
        assertThat(ask("POST /health HTTP/1.1\r\nHost: web\r\nContent-Length: 4\r\n\r\nbody"))
                .startsWith("HTTP/1.1 200");
        assertThat(seen).containsExactly("GET /health?deep=1 0", "POST /health 4");
    }

    @Test
    void no_other_path_reaches_the_application_however_it_is_written() throws Exception {
        for (var path :
                List.of("/", "/admin", "/health/", "/health/../admin", "/%68ealth", "//health", "http://web/admin")) {
            assertThat(ask("GET " + path + " HTTP/1.1\r\nHost: web\r\n\r\n"))
                    .as(path)
                    .startsWith("HTTP/1.1 404");
        }
        assertThat(ask("nonsense\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(seen).isEmpty();
    }

    @Test
    void nothing_hides_behind_the_first_request() throws Exception {
        var answer = ask("GET /health HTTP/1.1\r\nHost: web\r\n\r\nGET /admin HTTP/1.1\r\nHost: web\r\n\r\n");
        assertThat(answer).contains("served /health").doesNotContain("served /admin");
        ask(
                "GET /health HTTP/1.1\r\nHost: web\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nGET /admin HTTP/1.1\r\n\r\n");
        assertThat(seen).containsExactly("GET /health 0", "GET /health 0");
    }

    @Test
    void paths_change_without_closing_the_port_and_a_removed_port_is_closed() throws Exception {
        node.expose(authority.leaf("web"), List.of(new Exposed(bind, List.of(new Exposed.Path("/ready", target)))));
        assertThat(node.apply()).isEmpty();
        assertThat(ask("GET /health HTTP/1.1\r\nHost: web\r\n\r\n")).startsWith("HTTP/1.1 404");
        assertThat(ask("GET /ready HTTP/1.1\r\nHost: web\r\n\r\n")).startsWith("HTTP/1.1 200");
        node.expose(authority.leaf("web"), List.of());
        assertThat(node.apply()).isEmpty();
        Await.until("the port is closed", this::isClosed);
    }

    private boolean isClosed() {
        try {
            ask("GET /ready HTTP/1.1\r\n\r\n");
            return false;
        } catch (IOException refused) {
            return true;
        }
    }

    @Test
    void an_application_that_is_down_is_told() throws Exception {
        application.stop(0);
        assertThat(ask("GET /health HTTP/1.1\r\nHost: web\r\n\r\n")).startsWith("HTTP/1.1 502");
    }
}
