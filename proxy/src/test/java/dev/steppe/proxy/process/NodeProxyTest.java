package dev.steppe.proxy.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.ProcessIdentity;
import dev.steppe.io.linux.Signal;
import dev.steppe.mesh.configuration.Address;
import dev.steppe.mesh.configuration.IntentionPolicy;
import dev.steppe.mesh.configuration.IntentionRule;
import dev.steppe.mesh.configuration.IntentionRule.Action;
import dev.steppe.proxy.Await;
import dev.steppe.proxy.EchoService;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Proves the processes: sockets inside namespaces, no privileges, and that neither the end of the proxy, nor of the broker,
 * nor of the agent is noticed by applications that connect. One story on one node, in order, because processes start slowly.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class NodeProxyTest {
    private static final IntentionPolicy ALLOW =
            new IntentionPolicy(List.of(new IntentionRule("api", "engine", Action.ALLOW)), Action.DENY);
    private static final IntentionPolicy DENY = new IntentionPolicy(List.of(), Action.DENY);

    private TestMesh mesh;
    private NodeProxy proxy;
    private EchoService engine;
    private Address inbound;
    private ProcessIdentity withoutNamespaces;

    @BeforeAll
    void start() throws Exception {
        assumeTrue(LinuxCalls.isLinux() && LinuxCalls.isRoot(), "network namespaces need Linux and root");
        mesh = new TestMesh();
        mesh.namespace("caller");
        mesh.namespace("destination");
        engine = mesh.service("destination", "engine");
        inbound = TestMesh.freeAddress();
        var settings = mesh.settings(List.of("-XX:TieredStopAtLevel=1"));
        try (var earlier = NodeProxy.start(new NodeProxySettings(
                settings.directory(),
                settings.java(),
                settings.classPath(),
                settings.user(),
                Optional.empty(),
                settings.jvmOptions()))) {
            withoutNamespaces = earlier.proxyProcess().orElseThrow();
        }
        proxy = NodeProxy.start(settings);
    }

    @AfterAll
    void stop() throws Exception {
        if (proxy == null) {
            return;
        }
        var processes = List.of(
                proxy.proxyProcess().orElseThrow(), proxy.brokerProcess().orElseThrow());
        proxy.close();
        NodeProxy.stopLeftOver(mesh.settings(List.of()));
        for (var process : processes) {
            assertThat(process.isAlive()).isFalse();
        }
        assertThat(mesh.directory().resolve("proxy")).doesNotExist();
        mesh.close();
    }

    private void apply(IntentionPolicy policy) throws IOException {
        mesh.serve("destination", "engine", engine.address(), inbound, policy);
        mesh.call("caller", "api", "engine", List.of(inbound));
        assertThat(proxy.apply(mesh.configuration())).isEmpty();
    }

    private static String roundTrip(Socket socket, String text) throws IOException {
        var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        socket.getOutputStream().write((text + "\n").getBytes(StandardCharsets.UTF_8));
        String first = String.valueOf(in.readLine());
        return first.equals("engine") ? String.valueOf(in.readLine()) : first;
    }

    @Test
    @Order(1)
    void a_call_passes_from_one_namespace_into_another_and_a_denied_one_does_not() throws Exception {
        apply(DENY);
        try (var socket = mesh.dial("caller")) {
            assertThatThrownBy(() -> roundTrip(socket, "hello")).isInstanceOf(IOException.class);
        }
        Await.until(
                "the reason is reported",
                () -> proxy.report().refusals().stream()
                        .anyMatch(
                                refusal -> refusal.message()
                                        .equals(
                                                "api -> engine refused: default deny; steppe intention create -allow api engine")));
        apply(ALLOW);
        try (var socket = mesh.dial("caller")) {
            assertThat(roundTrip(socket, "hello")).isEqualTo("hello");
        }
    }

    @Test
    @Order(2)
    void a_proxy_from_when_there_were_no_namespaces_was_followed_by_one_with_a_broker() throws Exception {
        assertThat(proxy.brokerProcess().orElseThrow().isAlive()).isTrue();
        assertThat(proxy.proxyProcess()).isNotEqualTo(Optional.of(withoutNamespaces));
        Await.until("the earlier proxy ended", () -> !withoutNamespaces.isAlive());
    }

    @Test
    @Order(2)
    void the_proxy_has_neither_root_nor_any_capability() throws Exception {
        String status = Files.readString(Path.of(
                "/proc", Long.toString(proxy.proxyProcess().orElseThrow().pid()), "status"));
        assertThat(status)
                .contains("NoNewPrivs:\t1")
                .contains("CapEff:\t0000000000000000")
                .contains("CapBnd:\t0000000000000000")
                .containsPattern("Uid:\t64321\t64321\t64321\t64321");
        String broker = Files.readString(Path.of(
                "/proc", Long.toString(proxy.brokerProcess().orElseThrow().pid()), "status"));
        assertThat(broker).contains("CapEff:\t0000000000200400").contains("NoNewPrivs:\t1");
        assertThat(Files.getPosixFilePermissions(mesh.directory().resolve("proxy/proxy/configuration.bin")))
                .as("private keys are for the proxy's user alone")
                .hasSize(2);
    }

    @Test
    @Order(3)
    void no_connection_is_refused_while_the_proxy_is_killed_and_started_again() throws Exception {
        var before = proxy.proxyProcess().orElseThrow();
        var stop = new AtomicBoolean();
        var connected = new AtomicInteger();
        var refused = new AtomicReference<>("");
        var dialer = Thread.ofVirtual().start(() -> {
            while (!stop.get()) {
                try {
                    mesh.dial("caller").close();
                    connected.incrementAndGet();
                    // no more than the kernel keeps waiting until another proxy has started
                    LockSupport.parkNanos(10_000_000);
                } catch (IOException failed) {
                    refused.set(failed.toString());
                } catch (InterruptedException stopping) {
                    return;
                }
            }
        });
        Await.until("connections are made", () -> connected.get() > 5);
        LinuxCalls.signal(before.pid(), Signal.SIGKILL);
        int atKill = connected.get();
        var waiting = mesh.dial("caller");
        Await.until(
                "another proxy runs", () -> !proxy.proxyProcess().orElseThrow().equals(before) && proxy.isRunning());
        assertThat(roundTrip(waiting, "queued meanwhile")).isEqualTo("queued meanwhile");
        waiting.close();
        stop.set(true);
        dialer.join();
        assertThat(connected.get()).isGreaterThan(atKill);
        assertThat(refused.get()).isEmpty();
    }

    @Test
    @Order(4)
    void a_restarted_broker_gets_the_listeners_back_and_the_next_proxy_finds_them() throws Exception {
        var broker = proxy.brokerProcess().orElseThrow();
        LinuxCalls.signal(broker.pid(), Signal.SIGKILL);
        Await.until(
                "another broker runs",
                () -> !proxy.brokerProcess().orElseThrow().equals(broker));
        Await.until("sockets inside namespaces are opened again", () -> {
            try (var socket = mesh.dial("caller")) {
                return roundTrip(socket, "after the broker").equals("after the broker");
            } catch (IOException notYet) {
                return false;
            }
        });
        var before = proxy.proxyProcess().orElseThrow();
        LinuxCalls.signal(before.pid(), Signal.SIGKILL);
        try (var socket = mesh.dial("caller")) {
            assertThat(roundTrip(socket, "queued")).isEqualTo("queued");
        }
    }

    @Test
    @Order(5)
    void without_an_agent_new_calls_are_served_and_the_next_agent_adopts_the_processes() throws Exception {
        var process = proxy.proxyProcess();
        proxy.close();
        try (var socket = mesh.dial("caller")) {
            assertThat(roundTrip(socket, "nobody governs")).isEqualTo("nobody governs");
            proxy = NodeProxy.start(mesh.settings(List.of()));
            assertThat(proxy.proxyProcess()).isEqualTo(process);
            apply(ALLOW);
            assertThat(roundTrip(socket, "still connected")).isEqualTo("still connected");
        }
    }

    @Test
    @Order(6)
    void a_proxy_that_does_not_answer_yet_is_adopted_when_it_does() throws Exception {
        proxy.close();
        var directory = mesh.directory().resolve("proxy/proxy");
        Path answering;
        try (var files = Files.newDirectoryStream(directory, "control-*.sock")) {
            answering = files.iterator().next();
        }
        var aside = Files.move(answering, directory.resolve("aside"));
        try (var silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            silent.bind(UnixDomainSocketAddress.of(answering));
            var first = Thread.ofVirtual().start(() -> {
                try {
                    var asking = silent.accept();
                    Files.move(aside, answering, StandardCopyOption.REPLACE_EXISTING);
                    asking.close();
                } catch (IOException impossible) {
                    throw new UncheckedIOException(impossible);
                }
            });
            proxy = NodeProxy.start(mesh.settings(List.of()));
            first.join();
        }
        assertThat(proxy.report()).isNotNull();
        apply(ALLOW);
    }

    @Test
    @Order(7)
    void an_upgrade_takes_the_listeners_over_and_lets_running_calls_end() throws Exception {
        var before = proxy.proxyProcess().orElseThrow();
        try (var socket = mesh.dial("caller")) {
            assertThat(roundTrip(socket, "one")).isEqualTo("one");
            proxy.upgrade(Duration.ofSeconds(30));
            assertThat(proxy.proxyProcess().orElseThrow()).isNotEqualTo(before);
            assertThat(roundTrip(socket, "two")).isEqualTo("two");
            try (var fresh = mesh.dial("caller")) {
                assertThat(roundTrip(fresh, "new")).isEqualTo("new");
            }
            assertThat(before.isAlive()).isTrue();
        }
        Await.until("the old proxy ended with its last call", () -> !before.isAlive());
    }

    @Test
    @Order(8)
    void an_allocation_that_leaves_takes_its_listeners_along() throws Exception {
        mesh.remove("caller", "api");
        assertThat(proxy.apply(mesh.configuration())).isEmpty();
        assertThatThrownBy(() -> mesh.dial("caller")).hasMessageContaining("refused");
        apply(ALLOW);
        try (var socket = mesh.dial("caller")) {
            assertThat(roundTrip(socket, "again")).isEqualTo("again");
        }
    }

    @Test
    @Order(9)
    void a_namespace_that_does_not_exist_is_a_problem_by_name_and_harms_nobody_else() throws Exception {
        mesh.call("missing", "other", "engine", List.of(inbound));
        assertThat(proxy.apply(mesh.configuration()))
                .singleElement()
                .asString()
                .contains("missing")
                .contains("ENOENT");
        try (var socket = mesh.dial("caller")) {
            assertThat(roundTrip(socket, "unharmed")).isEqualTo("unharmed");
        }
        mesh.remove("missing", "other");
        assertThat(proxy.apply(mesh.configuration())).isEmpty();
    }
}
