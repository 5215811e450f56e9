package dev.steppe.client.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.client.driver.DockerDriver;
import dev.steppe.client.driver.DockerSettings;
import dev.steppe.client.driver.Driver;
import dev.steppe.io.ThreadLoop;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.codec.Codec;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Follows the Docker driver while something that speaks as an engine comes and goes. */
class DriverWatchTest {
    private static final String VERSION = "{\"Version\":\"27.1\"}";

    @TempDir
    Path directory;

    /** Answers every question with a version, until closed. */
    private static ServerSocketChannel engine(Path socket) throws IOException {
        var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().start(() -> {
            while (listener.isOpen()) {
                try (var caller = listener.accept()) {
                    caller.read(ByteBuffer.allocate(4096));
                    var answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                            + VERSION.length() + "\r\nConnection: close\r\n\r\n" + VERSION;
                    caller.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.US_ASCII)));
                } catch (IOException closed) {
                    return;
                }
            }
        });
        return listener;
    }

    @Test
    void an_engine_that_comes_or_goes_is_told() throws Exception {
        var socket = Path.of("/tmp").resolve(directory.getFileName() + ".sock");
        var told = new LinkedBlockingQueue<NodeSpec>();
        try (var loop = new ThreadLoop("test");
                var docker = new DockerDriver(DockerSettings.of(socket, "test"))) {
            List<Driver> drivers = List.of(docker);
            var first = Codec.fromJson(NodeSpec.class, "{\"ID\":\"n1\",\"Attributes\":{\"kernel.name\":\"linux\"}}")
                    .with(
                            new java.util.TreeMap<>(java.util.Map.of("kernel.name", "linux")),
                            Fingerprint.drivers(drivers, Instant.now()));
            assertThat(first.drivers().get("docker").detected()).isFalse();
            var watch = new DriverWatch(loop, Duration.ofMillis(20), drivers, first);
            watch.start(told::add);

            try (var _ = engine(socket)) {
                var come = told.poll(30, TimeUnit.SECONDS);
                assertThat(come.drivers().get("docker").healthy()).isTrue();
                assertThat(come.attributes())
                        .containsEntry("driver.docker.version", "27.1")
                        .containsEntry("kernel.name", "linux");
                assertThat(watch.node()).isEqualTo(come);
            } finally {
                Files.deleteIfExists(socket);
            }
            var gone = told.poll(30, TimeUnit.SECONDS);
            assertThat(gone.drivers().get("docker").healthy()).isFalse();
            assertThat(gone.attributes()).doesNotContainKey("driver.docker.version");
        }
    }
}
