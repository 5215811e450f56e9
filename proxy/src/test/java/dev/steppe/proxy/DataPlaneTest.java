package dev.steppe.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.mesh.configuration.Address;
import dev.steppe.mesh.configuration.ProxyReport.Cause;
import dev.steppe.mesh.configuration.ProxyReport.Side;
import dev.steppe.mesh.configuration.TrustBundle;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Proves what two data planes do for applications, over real sockets and real TLS, both hops. */
class DataPlaneTest {
    private final TestAuthority authority = new TestAuthority("test root");
    private final TestNode callerNode = new TestNode(authority);
    private final TestNode destinationNode = new TestNode(authority);
    private EchoService engine;
    private Address inbound;
    private Address upstream;

    @BeforeEach
    void start() throws IOException {
        engine = new EchoService("engine");
        inbound = TestNode.freeAddress();
        upstream = TestNode.freeAddress();
    }

    @AfterEach
    void stop() throws IOException {
        callerNode.close();
        destinationNode.close();
        engine.close();
    }

    private void allowApi() {
        destinationNode.serve(authority.leaf("engine"), engine.address(), inbound, TestNode.allow("api", "engine"));
        callerNode.call(authority.leaf("api"), "engine", upstream, List.of(inbound));
        assertThat(destinationNode.apply()).isEmpty();
        assertThat(callerNode.apply()).isEmpty();
    }

    private static String line(InputStream in) throws IOException {
        var text = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("ended after '" + text + "'");
            }
            text.append((char) c);
        }
        return text.toString();
    }

    private static String call(Address address, String text) throws IOException {
        try (var socket = TestNode.connect(address)) {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void bytes_pass_both_hops_and_both_directions_end_apart() throws Exception {
        allowApi();

        try (var socket = TestNode.connect(upstream)) {
            assertThat(line(socket.getInputStream()))
                    .as("the service speaks first")
                    .isEqualTo("engine");
            socket.getOutputStream().write("hello\n".getBytes(StandardCharsets.UTF_8));
            assertThat(line(socket.getInputStream())).isEqualTo("hello");
            socket.getOutputStream().write("rest".getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("rest");
        }
        Await.until(
                "the call is over on both sides",
                () -> callerNode.report().upstreams().get(0).active() == 0
                        && destinationNode.report().inbounds().get(0).active() == 0);
        var caller = callerNode.report().upstreams().get(0);
        assertThat(caller.bytesSent()).isEqualTo(10);
        assertThat(caller.bytesReceived()).isEqualTo("engine\n".length() + 10);
        var destination = destinationNode.report().inbounds().get(0);
        assertThat(destination.accepted()).isEqualTo(1);
        assertThat(destination.bytesReceived()).isEqualTo(10);
    }

    @Test
    void calls_one_after_the_other_share_a_tunnel() throws Exception {
        allowApi();

        for (int i = 0; i < 50; i++) {
            assertThat(call(upstream, "call " + i)).isEqualTo("engine\ncall " + i);
        }
        assertThat(engine.connections()).isEqualTo(50);
        assertThat(callerNode.report().upstreams().get(0).failed()).isZero();
    }

    @Test
    void a_call_without_intention_is_refused_and_the_caller_learns_rule_and_remedy() throws Exception {
        destinationNode.serve(authority.leaf("engine"), engine.address(), inbound, TestNode.DENY);
        callerNode.call(authority.leaf("api"), "engine", upstream, List.of(inbound));
        destinationNode.apply();
        callerNode.apply();

        assertThatThrownBy(() -> call(upstream, "hello")).isInstanceOf(IOException.class);
        Await.until(
                "the refusal is recorded", () -> !callerNode.report().refusals().isEmpty());
        var refusal = callerNode.report().refusals().get(0);
        assertThat(refusal.side()).isEqualTo(Side.CALLER);
        assertThat(refusal.cause()).isEqualTo(Cause.DENIED);
        assertThat(refusal.allocationId()).isEqualTo("alloc-api");
        assertThat(refusal.rule()).isEqualTo("default deny");
        assertThat(refusal.remedy()).isEqualTo("steppe intention create -allow api engine");
        assertThat(refusal.message()).startsWith("api -> engine refused: default deny");
        Await.until(
                "both have counted it",
                () -> callerNode.report().upstreams().get(0).denied() == 1
                        && destinationNode.report().inbounds().get(0).denied() == 1
                        && !destinationNode.report().refusals().isEmpty());
        assertThat(destinationNode.report().refusals().get(0).side()).isEqualTo(Side.DESTINATION);
        assertThat(engine.connections()).isZero();
    }

    @Test
    void an_intention_created_serves_the_next_call_and_one_deleted_closes_established_calls() throws Exception {
        destinationNode.serve(authority.leaf("engine"), engine.address(), inbound, TestNode.DENY);
        callerNode.call(authority.leaf("api"), "engine", upstream, List.of(inbound));
        destinationNode.apply();
        callerNode.apply();
        assertThatThrownBy(() -> call(upstream, "hello")).isInstanceOf(IOException.class);

        allowApi();
        assertThat(call(upstream, "hello")).isEqualTo("engine\nhello");

        try (var socket = TestNode.connect(upstream)) {
            assertThat(line(socket.getInputStream())).isEqualTo("engine");
            destinationNode.serve(authority.leaf("engine"), engine.address(), inbound, TestNode.deny("api", "engine"));
            destinationNode.apply();
            assertThatThrownBy(() -> socket.getInputStream().read())
                    .as("given up with a reset, not with a regular end")
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("reset");
        }
        Await.until(
                "the caller knows why",
                () -> callerNode.report().refusals().stream()
                        .anyMatch(refusal -> refusal.rule().equals("api -> engine deny")
                                && refusal.remedy().equals("steppe intention create -replace -allow api engine")));
    }

    @Test
    void a_change_of_intentions_leaves_calls_that_stay_allowed_alone() throws Exception {
        allowApi();
        try (var socket = TestNode.connect(upstream)) {
            assertThat(line(socket.getInputStream())).isEqualTo("engine");
            destinationNode.serve(authority.leaf("engine"), engine.address(), inbound, TestNode.allow("*", "engine"));
            destinationNode.apply();
            callerNode.call(authority.leaf("api"), "engine", upstream, List.of());
            callerNode.apply();
            socket.getOutputStream().write("still here\n".getBytes(StandardCharsets.UTF_8));
            assertThat(line(socket.getInputStream())).isEqualTo("still here");
        }
    }

    @Test
    void a_certificate_of_a_foreign_authority_is_refused_on_both_sides() throws Exception {
        var foreign = new TestAuthority("foreign root");
        destinationNode.serve(authority.leaf("engine"), engine.address(), inbound, TestNode.allow("*", "engine"));
        destinationNode.apply();
        callerNode.call(foreign.leaf("api"), "engine", upstream, List.of(inbound));
        callerNode.apply();

        assertThatThrownBy(() -> call(upstream, "hello")).isInstanceOf(IOException.class);
        Await.until(
                "the destination recorded the stranger",
                () -> destinationNode.report().refusals().stream()
                        .anyMatch(refusal -> refusal.cause() == Cause.UNTRUSTED
                                && refusal.rule().contains("no root of " + TestAuthority.TRUST_DOMAIN)));
        Await.until(
                "the caller recorded it",
                () -> callerNode.report().refusals().stream().anyMatch(refusal -> refusal.cause() == Cause.UNTRUSTED));

        callerNode.trust(foreign.bundle());
        callerNode.call(authority.leaf("api"), "engine", upstream, List.of(inbound));
        callerNode.apply();
        assertThatThrownBy(() -> call(upstream, "hello")).isInstanceOf(IOException.class);
        assertThat(engine.connections()).isZero();
    }

    @Test
    void an_endpoint_that_proves_to_be_another_service_gets_no_byte() throws Exception {
        destinationNode.serve(authority.leaf("other"), engine.address(), inbound, TestNode.allow("*", "other"));
        destinationNode.apply();
        callerNode.call(authority.leaf("api"), "engine", upstream, List.of(inbound));
        callerNode.apply();

        assertThatThrownBy(() -> call(upstream, "hello")).isInstanceOf(IOException.class);
        Await.until(
                "the caller recorded it",
                () -> callerNode.report().refusals().stream()
                        .anyMatch(refusal -> refusal.rule().contains("proved to be")
                                && refusal.rule().contains("svc/other")));
        assertThat(engine.connections()).isZero();
    }

    @Test
    void plain_text_to_the_inbound_port_is_refused() throws Exception {
        allowApi();

        try (var socket = TestNode.connect(inbound)) {
            socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            int first = firstByteOrEnd(socket);
            assertThat(first).as("nothing, or a TLS alert").isIn(-1, 21);
        }
        assertThat(engine.connections()).isZero();
        Await.until(
                "it is counted",
                () -> destinationNode.report().inbounds().get(0).failed() == 1);
    }

    private static int firstByteOrEnd(Socket socket) {
        try {
            return socket.getInputStream().read();
        } catch (IOException reset) {
            return -1;
        }
    }

    @Test
    void a_large_transfer_arrives_whole_while_the_reader_is_slow() throws Exception {
        allowApi();
        int size = 24 * 1024 * 1024;
        var sent = new CRC32C();
        var received = new CRC32C();
        try (var socket = TestNode.connect(upstream)) {
            assertThat(line(socket.getInputStream())).isEqualTo("engine");
            var failure = new AtomicReference<Exception>(new IOException("not finished"));
            var writer = Thread.ofVirtual().start(() -> {
                var random = new Random(7);
                var block = new byte[100_003];
                try {
                    for (int left = size; left > 0; left -= block.length) {
                        random.nextBytes(block);
                        int length = Math.min(left, block.length);
                        sent.update(block, 0, length);
                        socket.getOutputStream().write(block, 0, length);
                    }
                    socket.shutdownOutput();
                    failure.set(new IOException("finished"));
                } catch (IOException broken) {
                    failure.set(broken);
                }
            });
            long total = 0;
            var block = new byte[32_768];
            for (int n = socket.getInputStream().read(block);
                    n >= 0;
                    n = socket.getInputStream().read(block)) {
                received.update(block, 0, n);
                total += n;
            }
            writer.join();
            assertThat(failure.get()).hasMessage("finished");
            assertThat(total).isEqualTo(size);
        }
        assertThat(received.getValue()).isEqualTo(sent.getValue());
    }

    @Test
    void an_endpoint_that_cannot_be_reached_is_passed_over() throws Exception {
        allowApi();
        callerNode.call(
                authority.leaf("api"),
                "engine",
                upstream,
                List.of(TestNode.freeAddress(), inbound, TestNode.freeAddress()));
        callerNode.apply();

        for (int i = 0; i < 20; i++) {
            assertThat(call(upstream, "x")).isEqualTo("engine\nx");
        }
        assertThat(callerNode.report().upstreams().get(0).failed()).isZero();
    }

    @Test
    void an_instance_whose_application_is_down_is_passed_over_without_losing_bytes() throws Exception {
        var inboundOfDead = TestNode.freeAddress();
        try (var otherNode = new TestNode(authority)) {
            otherNode.serve(
                    authority.leaf("engine"), TestNode.freeAddress(), inboundOfDead, TestNode.allow("*", "engine"));
            otherNode.apply();
            allowApi();
            callerNode.call(authority.leaf("api"), "engine", upstream, List.of(inboundOfDead, inbound));
            callerNode.apply();

            for (int i = 0; i < 20; i++) {
                assertThat(call(upstream, "bytes sent at once")).isEqualTo("engine\nbytes sent at once");
            }
            callerNode.call(authority.leaf("api"), "engine", upstream, List.of(inboundOfDead));
            callerNode.apply();
            assertThatThrownBy(() -> call(upstream, "x")).isInstanceOf(IOException.class);
            Await.until(
                    "the caller knows",
                    () -> callerNode.report().refusals().stream()
                            .anyMatch(refusal -> refusal.cause() == Cause.APPLICATION_DOWN
                                    && refusal.rule().contains("does not answer")));
        }
    }

    @Test
    void a_service_without_instances_is_refused_by_name() throws Exception {
        callerNode.call(authority.leaf("api"), "engine", upstream, List.of());
        callerNode.apply();

        assertThatThrownBy(() -> call(upstream, "x")).isInstanceOf(IOException.class);
        Await.until("it is recorded", () -> !callerNode.report().refusals().isEmpty());
        assertThat(callerNode.report().refusals().get(0).cause()).isEqualTo(Cause.NO_ENDPOINT);
        assertThat(callerNode.report().refusals().get(0).rule()).contains("engine");
    }

    @Test
    void calls_are_spread_over_all_instances() throws Exception {
        var secondInbound = TestNode.freeAddress();
        try (var second = new EchoService("second");
                var secondNode = new TestNode(authority)) {
            secondNode.serve(authority.leaf("engine"), second.address(), secondInbound, TestNode.allow("*", "engine"));
            secondNode.apply();
            allowApi();
            callerNode.call(authority.leaf("api"), "engine", upstream, List.of(inbound, secondInbound));
            callerNode.apply();

            for (int i = 0; i < 60; i++) {
                call(upstream, "x");
            }
            assertThat(engine.connections()).isGreaterThan(5);
            assertThat(second.connections()).isGreaterThan(5);
        }
    }

    @Test
    void leafs_and_roots_are_rotated_under_traffic_without_losing_a_connection() throws Exception {
        allowApi();
        var nextAuthority = new TestAuthority("next root");
        try (var socket = TestNode.connect(upstream)) {
            assertThat(line(socket.getInputStream())).isEqualTo("engine");
            var both =
                    new TrustBundle(TestAuthority.TRUST_DOMAIN, List.of(authority.rootPem(), nextAuthority.rootPem()));
            for (var node : List.of(callerNode, destinationNode)) {
                node.trust(both);
                node.apply();
            }
            destinationNode.serve(
                    nextAuthority.leaf("engine"), engine.address(), inbound, TestNode.allow("api", "engine"));
            destinationNode.apply();
            assertThat(call(upstream, "x")).isEqualTo("engine\nx");
            callerNode.call(nextAuthority.leaf("api"), "engine", upstream, List.of(inbound));
            callerNode.apply();
            for (var node : List.of(callerNode, destinationNode)) {
                node.trust(nextAuthority.bundle());
                node.apply();
            }
            assertThat(call(upstream, "x")).isEqualTo("engine\nx");
            socket.getOutputStream().write("unharmed\n".getBytes(StandardCharsets.UTF_8));
            assertThat(line(socket.getInputStream())).isEqualTo("unharmed");
        }
    }

    @Test
    void a_reset_of_the_application_reaches_the_other_application_as_a_reset() throws Exception {
        allowApi();
        var socket = TestNode.connect(upstream);
        assertThat(line(socket.getInputStream())).isEqualTo("engine");
        socket.setSoLinger(true, 0);
        socket.close();
        Await.until(
                "no call is left",
                () -> destinationNode.report().inbounds().get(0).active() == 0
                        && callerNode.report().upstreams().get(0).active() == 0);
        assertThat(call(upstream, "x")).isEqualTo("engine\nx");
    }

    @Test
    void a_sidecar_that_is_removed_stops_listening_and_its_neighbour_goes_on() throws Exception {
        allowApi();
        var otherUpstream = TestNode.freeAddress();
        callerNode.call(authority.leaf("scraper"), "engine", otherUpstream, List.of(inbound));
        callerNode.apply();
        try (var socket = TestNode.connect(upstream)) {
            assertThat(line(socket.getInputStream())).isEqualTo("engine");
            callerNode.remove("scraper");
            callerNode.apply();
            Await.until("nobody listens there any more", () -> {
                try (var refused = TestNode.connect(otherUpstream)) {
                    return refused.getInputStream().read() < 0;
                } catch (IOException gone) {
                    return true;
                }
            });
            socket.getOutputStream().write("still here\n".getBytes(StandardCharsets.UTF_8));
            assertThat(line(socket.getInputStream())).isEqualTo("still here");
        }
    }

    @Test
    void a_reader_that_is_slow_after_ending_its_own_direction_loses_nothing() throws Exception {
        int size = 8 * 1024 * 1024;
        try (var source = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var target = new Address("127.0.0.1", source.getLocalPort());
            destinationNode.serve(authority.leaf("engine"), target, inbound, TestNode.allow("api", "engine"));
            callerNode.call(authority.leaf("api"), "engine", upstream, List.of(inbound));
            destinationNode.apply();
            callerNode.apply();
            try (var socket = TestNode.connect(upstream)) {
                var ended = new CountDownLatch(1);
                var served = Thread.ofVirtual().start(() -> {
                    try (var accepted = source.accept()) {
                        ended.await();
                        accepted.getInputStream().readAllBytes();
                        accepted.getOutputStream().write(new byte[size]);
                    } catch (IOException | InterruptedException broken) {
                        throw new IllegalStateException(broken);
                    }
                });
                socket.getOutputStream().write(new byte[3_000_000]);
                socket.shutdownOutput();
                ended.countDown();
                Await.until(
                        "buffers are full",
                        () -> callerNode.report().upstreams().get(0).bytesReceived() > 300_000);
                assertThat(socket.getInputStream().readAllBytes()).hasSize(size);
                served.join();
            }
        }
    }
}
