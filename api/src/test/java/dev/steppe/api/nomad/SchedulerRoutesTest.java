package dev.steppe.api.nomad;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.api.World;
import dev.steppe.api.http.Dialect;
import dev.steppe.api.http.Gate;
import dev.steppe.api.http.HttpServer;
import dev.steppe.api.http.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves over HTTP how the scheduler configuration is read and set. */
class SchedulerRoutesTest {
    private static final String PATH = "/v1/operator/scheduler/configuration";

    @TempDir
    private Path directory;

    private final World world = new World();
    private Optional<HttpServer> running = Optional.empty();

    @BeforeEach
    void start() throws Exception {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        running = Optional.of(HttpServer.start(HttpServer.Setup.of(
                "http",
                List.of(address),
                Dialect.NOMAD,
                NomadDialectTest.router(world, directory),
                Gate.accessControlOff())));
    }

    @AfterEach
    void stop() {
        running.ifPresent(HttpServer::close);
        world.close();
    }

    private Reply ask(String method, String path, String body) throws IOException {
        return Reply.ask(running.orElseThrow().addresses().getFirst(), method, path, body);
    }

    @Test
    void the_usual_configuration_is_told_where_nobody_set_another() throws IOException {
        assertThat(ask("GET", PATH, "").text())
                .contains("\"SchedulerAlgorithm\":\"binpack\"")
                .contains("\"SystemSchedulerEnabled\":true", "\"ServiceSchedulerEnabled\":false")
                .contains("\"MemoryOversubscriptionEnabled\":false", "\"PauseEvalBroker\":false");
    }

    @Test
    void it_is_set_as_a_whole_and_only_by_who_knows_its_newest_index() throws IOException {
        var wanted = "{\"SchedulerAlgorithm\":\"spread\",\"PreemptionConfig\":{\"ServiceSchedulerEnabled\":true}}";
        assertThat(ask("PUT", PATH + "?cas=0", wanted).text()).contains("\"Updated\":true");
        assertThat(world.snapshot().schedulerConfiguration().spreads()).isTrue();
        assertThat(world.snapshot().schedulerConfiguration().preemption().service())
                .isTrue();
        assertThat(ask("PUT", PATH + "?cas=0", wanted).text()).contains("\"Updated\":false");
        assertThat(ask("POST", PATH, "{}").text()).contains("\"Updated\":true");
        assertThat(world.snapshot().schedulerConfiguration().spreads()).isFalse();
    }

    @Test
    void what_cannot_be_read_is_refused() throws IOException {
        assertThat(ask("PUT", PATH, "{\"SchedulerAlgorithm\":7}").status()).isEqualTo(400);
        assertThat(ask("PUT", PATH, "{\"Algorithm\":\"spread\"}").status()).isEqualTo(400);
    }
}
