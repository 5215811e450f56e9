package dev.steppe.cli.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Proves the HTTP client against raw bytes: bodies of every form, answers that break off, agents that are away. */
class ApiTest {
    private static final String OK = "HTTP/1.1 200 OK\r\n";

    /** Answers one connection with given bytes and keeps what it was sent. */
    private static final class OneAnswer implements AutoCloseable {
        private final ServerSocket server;
        private final Thread thread;
        private final AtomicReference<String> request = new AtomicReference<>("");

        OneAnswer(String bytes) throws IOException {
            server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            thread = Thread.ofVirtual().start(() -> answer(bytes));
        }

        private void answer(String bytes) {
            try (var socket = server.accept()) {
                var buffer = new byte[8192];
                var count = socket.getInputStream().read(buffer);
                request.set(new String(buffer, 0, Math.max(0, count), StandardCharsets.UTF_8));
                socket.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8));
            } catch (IOException closed) {
                request.set("failed: " + closed.getMessage());
            }
        }

        Api api() throws ApiException {
            var target = Target.parse("http://127.0.0.1:" + server.getLocalPort(), 1);
            return new Api(target, Api.Dialect.NOMAD, "s3cret", new TreeMap<>(Map.of("region", "eu west")));
        }

        @Override
        public void close() throws IOException {
            server.close();
            try {
                thread.join();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static Reply get(String answer) throws Exception {
        try (var server = new OneAnswer(answer)) {
            return server.api().get("/v1/jobs", Query.of("prefix", "a/b"));
        }
    }

    @Test
    void a_request_carries_token_query_and_common_parameters() throws Exception {
        try (var server = new OneAnswer(OK + "Content-Length: 2\r\n\r\n[]")) {
            server.api().get("/v1/jobs", Query.of("prefix", "a/b").after(7, 2));

            assertThat(server.request.get())
                    .startsWith("GET /v1/jobs?prefix=a%2Fb&index=7&wait=2s&region=eu%20west HTTP/1.1\r\n")
                    .contains("X-Nomad-Token: s3cret\r\n")
                    .endsWith("\r\n\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 7\r\n\r\n{\"a\":1}",
                "content-length:7\r\n\r\n{\"a\":1}ignored",
                "Transfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4;x=y\r\n\":1}\r\n0\r\nTrailer: x\r\n\r\n",
                "Connection: close\r\n\r\n{\"a\":1}"
            })
    void a_body_is_read_by_length_by_chunks_or_to_the_end(String rest) throws Exception {
        assertThat(get(OK + "X-Nomad-Index: 42\r\n" + rest)).satisfies(reply -> {
            assertThat(reply.index()).isEqualTo(42);
            assertThat(reply.body().number("a")).isEqualTo(1);
        });
    }

    @Test
    void an_interim_answer_is_skipped() throws Exception {
        assertThat(get("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK + "Content-Length: 1\r\n\r\n1")
                        .body()
                        .number())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "SSH-2.0-OpenSSH\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[1",
                "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n[1]",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1]",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1]xx",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[1"
            })
    void an_answer_that_is_broken_is_never_taken_for_a_whole_one(String answer) {
        assertThatThrownBy(() -> get(answer)).isInstanceOf(ApiException.class);
    }

    @Test
    void an_error_keeps_status_and_the_agents_words() {
        var failed = catchThrowableOfType(
                ApiException.class, () -> get("HTTP/1.1 404 Not Found\r\nContent-Length: 14\r\n\r\njob not found\n"));

        assertThat(failed.isNotFound()).isTrue();
        assertThat(failed.body()).isEqualTo("job not found");
        assertThat(failed).hasMessage("Unexpected response code: 404 (job not found)");
    }

    @Test
    void an_agent_that_is_away_is_named_with_what_to_do() throws Exception {
        int port;
        try (var closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        var target = Target.parse("127.0.0.1:" + port, 1);
        var api = new Api(target, Api.Dialect.CONSUL, "", new TreeMap<>());

        assertThatThrownBy(() -> api.get("/v1/catalog/services", Query.none()))
                .hasMessageContaining("127.0.0.1:" + port)
                .hasMessageContaining("steppe agent -dev")
                .hasMessageContaining("CONSUL_HTTP_ADDR");
    }

    @Test
    void an_agent_can_be_reached_over_a_unix_socket(@TempDir Path folder) throws Exception {
        var path = folder.resolve("api.sock");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            var thread = Thread.ofVirtual().start(() -> {
                try (var connection = server.accept()) {
                    connection.read(ByteBuffer.allocate(4096));
                    connection.write(
                            ByteBuffer.wrap((OK + "Content-Length: 3\r\n\r\n[5]").getBytes(StandardCharsets.UTF_8)));
                } catch (IOException closed) {
                    // the assertion below fails instead
                }
            });
            var api = new Api(Target.parse("unix://" + path, 1), Api.Dialect.NOMAD, "", new TreeMap<>());

            assertThat(api.get("/v1/jobs", Query.none()).body().items()).hasSize(1);
            thread.join();
        }
    }

    @Test
    void addresses_are_read_in_the_forms_people_write() throws ApiException {
        assertThat(Target.parse("http://10.0.0.1:4646/", 1).authority()).isEqualTo("10.0.0.1:4646");
        assertThat(Target.parse("agent.example", 8500).authority()).isEqualTo("agent.example:8500");
        assertThat(Target.parse("http://[::1]:4646", 1).authority()).isEqualTo("[::1]:4646");
        assertThat(Target.parse("https://x:1", 1).secured()).isPresent();
        assertThat(Target.parse("http://x:1", 1).secured()).isEmpty();
        assertThatThrownBy(() -> Target.parse("http://x:99999", 1)).hasMessageContaining("\"99999\" is not a port");
        assertThatThrownBy(() -> Target.parse("ftp://x", 1)).hasMessageContaining("write http://host:port");
    }
}
