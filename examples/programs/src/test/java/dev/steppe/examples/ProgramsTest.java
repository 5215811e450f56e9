package dev.steppe.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Proves that the example programs talk to each other as the demo and the job files expect, on real sockets. */
class ProgramsTest {
    @Test
    void the_api_returns_what_the_engine_answers() throws IOException {
        var engine = new TranscodeEngine(anyPort());
        var api = new TranscodeApi(anyPort(), upstream("transcode-engine", engine.port()));
        engine.start();
        api.start();
        try {
            assertThat(upstream("api", api.port()).get("/healthz")).isEqualTo("ok\n");
            assertThat(upstream("api", api.port()).get("/transcode")).startsWith("clip 1 transcoded by process ");
            assertThat(MetricsScraper.line(upstream("transcode-engine", engine.port())))
                    .isEqualTo("scraped transcoded 1");
        } finally {
            api.stop();
            engine.stop();
        }
    }

    @Test
    void a_stream_ticks_through_the_api_while_both_run() throws IOException {
        var engine = new TranscodeEngine(anyPort());
        var api = new TranscodeApi(anyPort(), upstream("transcode-engine", engine.port()));
        engine.start();
        api.start();
        try (var lines = new BufferedReader(
                new InputStreamReader(upstream("api", api.port()).open("/stream"), StandardCharsets.UTF_8))) {
            assertThat(lines.readLine()).isEqualTo("tick 1");
            assertThat(lines.readLine()).isEqualTo("tick 2");
        } finally {
            api.stop();
            engine.stop();
        }
    }

    @Test
    void a_refused_upstream_is_a_502_that_names_it() throws IOException {
        int closed = closedPort();
        var api = new TranscodeApi(anyPort(), upstream("transcode-engine", closed));
        api.start();
        try {
            assertThatThrownBy(() -> upstream("api", api.port()).get("/transcode"))
                    .hasMessageContaining("status 502");
            assertThat(MetricsScraper.line(upstream("transcode-engine", closed)))
                    .startsWith("refused transcode-engine refused at 127.0.0.1:" + closed);
        } finally {
            api.stop();
        }
    }

    @Test
    void the_dashboard_shows_the_count_and_says_when_it_cannot() throws IOException {
        var counting = new CountApi(anyPort());
        var dashboard = new CountDashboard(anyPort(), upstream("count-api", counting.port()));
        counting.start();
        dashboard.start();
        try {
            assertThat(upstream("dashboard", dashboard.port()).get("/count")).startsWith("{\"count\":1,");
            assertThat(upstream("dashboard", dashboard.port()).get("/")).contains(">2</p>");
            counting.stop();
            assertThat(upstream("dashboard", dashboard.port()).get("/")).contains("count-api refused at 127.0.0.1:");
        } finally {
            dashboard.stop();
        }
    }

    @Test
    void an_argument_that_is_not_known_is_refused_by_name() {
        assertThatThrownBy(() -> Arguments.listen(new String[] {"--gpu=0"}, "127.0.0.1:1"))
                .hasMessageContaining("--gpu=0");
        assertThatThrownBy(() -> Arguments.listen(new String[] {"--listen=7000"}, "127.0.0.1:1"))
                .hasMessageContaining("has no port");
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static int closedPort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Upstream upstream(String name, int port) {
        return new Upstream(name, URI.create("http://127.0.0.1:" + port));
    }
}
