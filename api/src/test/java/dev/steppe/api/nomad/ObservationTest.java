package dev.steppe.api.nomad;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Proves over HTTP what can be watched: events, the log, figures; and what is found by searching. */
class ObservationTest extends ServedWorld {
    private static final int PATIENCE_MILLIS = 30_000;

    @BeforeEach
    void furnish() throws Exception {
        world.node("n1", "alpha", "192.0.2.1");
    }

    /** A stream that is read line by line, chunk sizes and headers left out. */
    private final class Lines implements AutoCloseable {
        private final Socket socket = new Socket();
        private final BufferedReader in;

        Lines(String path) throws IOException {
            socket.connect(address());
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(StandardCharsets.UTF_8));
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        }

        /** The next line with this in it. */
        String with(String text) throws IOException {
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                if (line.contains(text)) {
                    return line;
                }
            }
            throw new AssertionError("the stream ended without " + text);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void events_are_replayed_and_followed_with_their_objects() throws Exception {
        world.job("early", "");
        try (var events = new Lines("/v1/event/stream")) {
            assertThat(events.with("{}")).isEqualTo("{}");
            assertThat(events.with("NodeRegistration"))
                    .contains("\"Topic\":\"Node\"")
                    .contains("\"Key\":\"n1\"");
            assertThat(events.with("JobRegistered"))
                    .contains("\"Key\":\"early\"")
                    .contains("\"Namespace\":\"default\"")
                    .contains("\"Payload\":{\"Job\":{")
                    .contains("\"Type\":\"EvaluationUpdated\"")
                    .contains("\"FilterKeys\":[\"early\"]");
            world.place("a1", "early", "n1");
            assertThat(events.with("PlanResult")).contains("\"Payload\":{\"Allocation\":{\"ID\":\"a1\"");
        }
    }

    @Test
    void a_topic_with_a_key_leaves_everything_else_out() throws Exception {
        try (var events = new Lines("/v1/event/stream?topic=Job:web&topic=Allocation:web&index="
                + world.snapshot().index())) {
            world.job("other", "");
            world.job("web", "");
            assertThat(events.with("Topic")).contains("\"Key\":\"web\"").doesNotContain("Evaluation");
            world.place("a1", "other", "n1");
            world.place("a2", "web", "n1");
            assertThat(events.with("Topic")).contains("\"Key\":\"a2\"");
        }
        assertThat(ask("GET", "/v1/event/stream?topic=Nonsense", "").status()).isEqualTo(400);
    }

    @Test
    void services_come_and_go_with_their_allocations() throws Exception {
        world.job("web", "\"Services\":[{\"Name\":\"api\",\"Tags\":[\"v1\"],\"Provider\":\"nomad\"}]");
        try (var events = new Lines(
                "/v1/event/stream?topic=Service:api&index=" + (world.snapshot().index() + 1))) {
            world.place("a1", "web", "n1");
            assertThat(events.with("ServiceRegistration"))
                    .contains("\"ServiceName\":\"api\"")
                    .contains("\"FilterKeys\":[\"web\",\"api\"]");
            world.report("a1", "\"ClientStatus\":\"complete\"");
            assertThat(events.with("ServiceDeregistration")).contains("\"AllocID\":\"a1\"");
        }
    }

    @Test
    void who_watches_the_log_sees_it_at_the_level_asked_for() throws Exception {
        var log = System.getLogger("dev.steppe.test.Watched");
        try (var lines = new Lines("/v1/agent/monitor?log_level=debug&plain=true")) {
            // the headers come once the watcher listens or shortly before: say it until it is heard
            var speaker = Thread.ofVirtual().start(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    log.log(System.Logger.Level.DEBUG, "a detail key=value");
                    java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
                }
            });
            assertThat(lines.with("a detail")).contains("[DEBUG] test.watched: a detail key=value");
            speaker.interrupt();
            speaker.join();
        }
        assertThat(ask("GET", "/v1/agent/monitor?log_level=loud", "").status()).isEqualTo(400);
        assertThat(ask("GET", "/v1/agent/monitor?node_id=zz", "").status()).isEqualTo(404);
    }

    @Test
    void figures_are_there_for_prometheus_and_as_json() throws Exception {
        world.job("web", "");
        world.place("a1", "web", "n1");
        ask("GET", "/v1/jobs", "");
        var text = ask("GET", "/v1/metrics?format=prometheus", "").text();
        assertThat(text)
                .contains("# TYPE nomad_nomad_job_status_running gauge")
                .contains("nomad_nomad_job_summary_starting{job=\"web\",namespace=\"default\",task_group=\"g\"} 1.0")
                .contains("nomad_agent_http_request_count{method=\"GET\"} ")
                .contains("nomad_raft_apply_total ")
                .contains("nomad_runtime_alloc_bytes ");
        assertThat(ask("GET", "/v1/metrics", "").text())
                .startsWith("{\"Counters\":[")
                .contains("\"Gauges\":[", "\"Points\":[]", "\"Samples\":[", "\"Timestamp\":\"")
                .contains("\"Name\":\"nomad.nomad.job_status.running\"");
        assertThat(ask("GET", "/v1/metrics?format=xml", "").status()).isEqualTo(400);
    }

    @Test
    void things_are_found_by_the_beginning_of_their_id_or_a_part_of_their_name() throws Exception {
        world.job("web-shop", "");
        world.place("a1", "web-shop", "n1");
        assertThat(ask("PUT", "/v1/search", "{\"Prefix\":\"web\",\"Context\":\"jobs\"}")
                        .text())
                .isEqualTo("{\"Matches\":{\"jobs\":[\"web-shop\"]},\"Truncations\":{\"jobs\":false}}");
        assertThat(ask("PUT", "/v1/search", "{\"Prefix\":\"a1\"}").text()).contains("\"allocs\":[\"a1\"]");
        assertThat(ask("PUT", "/v1/search/fuzzy", "{\"Text\":\"shop\",\"Context\":\"all\"}")
                        .text())
                .contains("{\"ID\":\"web-shop\",\"Scope\":[\"default\",\"web-shop\"]}");
        assertThat(ask("PUT", "/v1/search/fuzzy", "{\"Text\":\"s\"}").status()).isEqualTo(400);
        assertThat(ask("PUT", "/v1/search", "{\"Prefix\":\"a\",\"Context\":\"cats\"}")
                        .status())
                .isEqualTo(400);
    }
}
