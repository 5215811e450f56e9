package dev.steppe.api.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.api.LiveCatalog;
import dev.steppe.api.World;
import dev.steppe.io.TaskScope;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.directory.InitialDirContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves over UDP and TCP, with the JDK's resolver and with raw messages, what names are answered and how. */
class DnsServerTest {
    private static final int NAME_ERROR = 3;
    private static final int REFUSED = 5;
    private static final int SERVER_FAILURE = 2;

    @TempDir
    private Path directory;

    private final World world = new World();
    private final TaskScope scope = new TaskScope("test");
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void fill() throws Exception {
        world.node("n1", "alpha", "192.0.2.1");
        world.node("n2", "beta", "192.0.2.2");
        world.job("web", "\"Services\":[{\"Name\":\"web\",\"PortLabel\":\"http\",\"Tags\":[\"v1\"]}]");
        place("a1", "n1");
        place("a2", "n2");
    }

    private void place(String allocation, String node) throws Exception {
        world.place(allocation, "web", node, "http:2010" + allocation.charAt(1) + ":80");
        running(allocation);
    }

    private void running(String allocation) throws Exception {
        world.report(allocation, "\"ClientStatus\":\"running\"");
    }

    @AfterEach
    void closeAll() throws Exception {
        for (var closeable : open.reversed()) {
            closeable.close();
        }
        scope.close();
        world.close();
    }

    private InetSocketAddress serve(String resolvers) throws IOException {
        var file = directory.resolve("resolv.conf");
        Files.writeString(file, resolvers);
        var standard = DnsLimits.standard();
        var limits = new DnsLimits(
                standard.udpBytesMax(),
                standard.tcpConnectionsMax(),
                standard.tcpIdle(),
                standard.forwardedMax(),
                standard.joinedMax(),
                Duration.ofMillis(300),
                standard.upstreamsMax(),
                standard.upstreamsReread());
        var catalog = new LiveCatalog(world, "dc1");
        var server = new DnsServer(new DnsServer.Setup(Zone.standard("dc1"), catalog::now, file, limits));
        open.add(server);
        return server.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /** What the JDK's own resolver finds. */
    private static List<String> lookup(InetSocketAddress server, String name, String type) throws NamingException {
        var environment = new Hashtable<String, String>();
        environment.put("java.naming.factory.initial", "com.sun.jndi.dns.DnsContextFactory");
        environment.put("java.naming.provider.url", "dns://127.0.0.1:" + server.getPort());
        var found = new InitialDirContext(environment).getAttributes(name, new String[] {type});
        var values = new ArrayList<String>();
        if (found.get(type) != null) {
            found.get(type).getAll().asIterator().forEachRemaining(value -> values.add(String.valueOf(value)));
        }
        values.sort(String::compareTo);
        return values;
    }

    /** A raw question. {@code payload} zero sends no EDNS. */
    private static byte[] question(int id, String name, int type, int payload) {
        var out = ByteBuffer.allocate(512);
        out.putShort((short) id).putShort((short) 0x0100).putShort((short) 1).putInt(0);
        out.putShort((short) (payload > 0 ? 1 : 0));
        for (var label : name.split("\\.")) {
            out.put((byte) label.length()).put(label.getBytes(StandardCharsets.US_ASCII));
        }
        out.put((byte) 0).putShort((short) type).putShort((short) 1);
        if (payload > 0) {
            out.put((byte) 0)
                    .putShort((short) 41)
                    .putShort((short) payload)
                    .putInt(0)
                    .putShort((short) 0);
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    private static byte[] exchange(InetSocketAddress server, byte[] message) throws IOException {
        try (var socket = new DatagramSocket()) {
            socket.setSoTimeout(5_000);
            socket.send(new DatagramPacket(message, message.length, server));
            var packet = new DatagramPacket(new byte[8192], 8192);
            socket.receive(packet);
            return Arrays.copyOf(packet.getData(), packet.getLength());
        }
    }

    private static byte[] exchangeTcp(InetSocketAddress server, byte[] message) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(server);
            socket.setSoTimeout(5_000);
            var framed = ByteBuffer.allocate(message.length + 2)
                    .putShort((short) message.length)
                    .put(message);
            socket.getOutputStream().write(framed.array());
            var in = new DataInputStream(socket.getInputStream());
            return in.readNBytes(in.readUnsignedShort());
        }
    }

    private static int code(byte[] reply) {
        return reply[3] & 0xf;
    }

    private static boolean isCut(byte[] reply) {
        return (reply[2] & 0x02) != 0;
    }

    private static int answers(byte[] reply) {
        return DnsQuery.word(reply, 6);
    }

    @Test
    void services_are_found_by_name_tag_datacenter_and_in_any_case() throws Exception {
        var server = serve("");
        for (var name : List.of(
                "web.service.consul",
                "WEB.Service.CONSUL",
                "web.service.dc1.consul",
                "web.service.dc1.dc.consul",
                "v1.web.service.consul",
                "_web._tcp.service.consul",
                "_web._v1.service.consul")) {
            assertThat(lookup(server, name, "A")).as(name).containsExactly("192.0.2.1", "192.0.2.2");
        }
        for (var name : List.of(
                "v2.web.service.consul",
                "web.service.mars.consul",
                "nope.service.consul",
                "web.virtual.consul",
                "x.consul")) {
            assertThatThrownBy(() -> lookup(server, name, "A")).as(name).isInstanceOf(NameNotFoundException.class);
        }
    }

    @Test
    void only_instances_that_are_well_are_told() throws Exception {
        var server = serve("");
        world.report("a1", "\"ClientStatus\":\"running\",\"TaskStates\":{\"\":{\"State\":\"dead\"}}");
        assertThat(lookup(server, "web.service.consul", "A")).containsExactly("192.0.2.2");
        world.report("a2", "\"ClientStatus\":\"complete\"");
        assertThatThrownBy(() -> lookup(server, "web.service.consul", "A")).isInstanceOf(NameNotFoundException.class);
        running("a1");
        assertThat(lookup(server, "web.service.consul", "A")).containsExactly("192.0.2.1");
    }

    @Test
    void ports_are_told_with_targets_that_resolve() throws Exception {
        var server = serve("");
        assertThat(lookup(server, "web.service.consul", "SRV"))
                .containsExactly("1 1 20101 alpha.node.dc1.consul.", "1 1 20102 beta.node.dc1.consul.");
        assertThat(lookup(server, "_web._tcp.consul", "SRV")).hasSize(2);
        assertThat(lookup(server, "alpha.node.dc1.consul", "A")).containsExactly("192.0.2.1");
        assertThat(lookup(server, "beta.node.consul", "A")).containsExactly("192.0.2.2");
        assertThat(lookup(server, "c0000207.addr.dc1.consul", "A")).containsExactly("192.0.2.7");
        var reply = exchange(server, question(1, "web.service.consul", DnsQuery.TYPE_SRV, 0));
        assertThat(DnsQuery.word(reply, 10)).as("additional addresses").isEqualTo(2);
    }

    @Test
    void a_name_without_records_of_the_type_is_told_apart_from_no_name() throws Exception {
        var server = serve("");
        var noType = exchange(server, question(7, "web.service.consul", DnsQuery.TYPE_AAAA, 0));
        assertThat(List.of(DnsQuery.word(noType, 0), code(noType), answers(noType), DnsQuery.word(noType, 8)))
                .containsExactly(7, 0, 0, 1);
        var noName = exchange(server, question(8, "nope.service.consul", DnsQuery.TYPE_A, 0));
        assertThat(List.of(code(noName), answers(noName), DnsQuery.word(noName, 8)))
                .containsExactly(NAME_ERROR, 0, 1);
        assertThat(lookup(server, "consul", "SOA").getFirst()).startsWith("ns.consul. hostmaster.consul. ");
    }

    @Test
    void an_answer_that_is_too_large_for_udp_is_cut_and_whole_over_tcp() throws Exception {
        var server = serve("");
        for (int i = 3; i < 60; i++) {
            world.node("n" + i, "node-" + i, "192.0.2." + i);
            world.place("b" + i, "web", "n" + i, "http:20100:80");
            running("b" + i);
        }
        var plain = exchange(server, question(1, "web.service.consul", DnsQuery.TYPE_A, 0));
        assertThat(plain.length).isLessThanOrEqualTo(512);
        assertThat(isCut(plain)).isTrue();
        assertThat(answers(plain)).isBetween(25, 31);
        var larger = exchange(server, question(2, "web.service.consul", DnsQuery.TYPE_A, 1232));
        assertThat(isCut(larger)).isFalse();
        assertThat(answers(larger)).isEqualTo(59);
        var stream = exchangeTcp(server, question(3, "web.service.consul", DnsQuery.TYPE_SRV, 0));
        assertThat(isCut(stream)).isFalse();
        assertThat(answers(stream)).isEqualTo(59);
        assertThat(lookup(server, "web.service.consul", "SRV")).hasSize(59);
    }

    @Test
    void instances_come_in_changing_order() throws Exception {
        var server = serve("");
        var firsts = new java.util.TreeSet<String>();
        for (int i = 0; i < 200 && firsts.size() < 2; i++) {
            var reply = exchange(server, question(i, "web.service.consul", DnsQuery.TYPE_A, 0));
            firsts.add(Arrays.toString(Arrays.copyOfRange(reply, reply.length - 4, reply.length)));
        }
        assertThat(firsts).hasSize(2);
    }

    /** A resolver of our own: answers each message with what the function makes of it, empty for silence. */
    private InetSocketAddress resolver(UnaryOperator<byte[]> answer) throws IOException {
        var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        open.add(socket);
        scope.startVirtual("resolver", () -> {
            var packet = new DatagramPacket(new byte[2048], 2048);
            while (!socket.isClosed()) {
                try {
                    socket.receive(packet);
                    var reply = answer.apply(Arrays.copyOf(packet.getData(), packet.getLength()));
                    if (reply.length > 0) {
                        socket.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
                    }
                } catch (IOException closed) {
                    return;
                }
            }
        });
        return new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort());
    }

    private static byte[] answered(byte[] question, int code) {
        var reply = question.clone();
        reply[2] |= (byte) 0x80;
        reply[3] = (byte) (0x80 | code);
        return reply;
    }

    private static String nameserver(InetSocketAddress address) {
        return "nameserver " + address.getAddress().getHostAddress() + "#" + address.getPort() + "\n";
    }

    @Test
    void other_names_are_asked_of_the_resolvers_until_one_answers() throws Exception {
        var failing = resolver(question -> answered(question, SERVER_FAILURE));
        var silent = resolver(question -> new byte[0]);
        var good = resolver(question -> answered(question, 0));
        var server = serve("search x\n" + nameserver(failing) + nameserver(silent) + nameserver(good));
        var reply = exchange(server, question(4711, "example.com", DnsQuery.TYPE_A, 1232));
        assertThat(DnsQuery.word(reply, 0)).isEqualTo(4711);
        assertThat(code(reply)).isZero();
        assertThat(reply[3] & 0x80).as("recursion available").isNotZero();
    }

    @Test
    void answers_to_other_questions_are_not_believed() throws Exception {
        var forging = resolver(question -> {
            var other = answered(question, 0);
            other[13] ^= 1;
            return other;
        });
        var server = serve(nameserver(forging));
        assertThat(code(exchange(server, question(1, "example.com", DnsQuery.TYPE_A, 0))))
                .isEqualTo(SERVER_FAILURE);
    }

    @Test
    void without_resolvers_other_names_are_refused() throws Exception {
        var server = serve("");
        assertThat(code(exchange(server, question(1, "example.com", DnsQuery.TYPE_A, 0))))
                .isEqualTo(REFUSED);
    }

    @Test
    void a_resolver_that_asks_us_back_ends_in_a_failure_and_not_in_a_circle() throws Exception {
        var us = new InetSocketAddress[1];
        var asked = new AtomicInteger();
        var relay = resolver(question -> {
            asked.incrementAndGet();
            try {
                return exchange(us[0], question);
            } catch (IOException none) {
                return new byte[0];
            }
        });
        us[0] = serve(nameserver(relay));
        assertThat(code(exchange(us[0], question(1, "example.com", DnsQuery.TYPE_A, 0))))
                .isEqualTo(SERVER_FAILURE);
        assertThat(asked).hasValue(1);
    }

    @Test
    void this_server_is_never_its_own_resolver() throws Exception {
        var file = directory.resolve("own");
        Files.writeString(file, "");
        var setup = new DnsServer.Setup(
                Zone.standard("dc1"), new LiveCatalog(world, "dc1")::now, file, DnsLimits.standard());
        try (var first = new DnsServer(setup)) {
            var address = first.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Files.writeString(file, nameserver(address));
            try (var second = new DnsServer(setup)) {
                assertThatThrownBy(() -> second.listen(address)).hasMessageContaining("cannot listen on");
                first.ignore(address);
                assertThat(second.listen(address)).isEqualTo(address);
                assertThat(code(exchange(address, question(1, "example.com", DnsQuery.TYPE_A, 0))))
                        .isEqualTo(REFUSED);
            }
        }
    }

    @Test
    void what_is_no_question_is_refused_or_ignored() throws Exception {
        var server = serve("");
        var twice = question(9, "web.service.consul", DnsQuery.TYPE_A, 0);
        twice[5] = 2;
        assertThat(code(exchange(server, twice))).isEqualTo(1);
        var update = question(9, "web.service.consul", DnsQuery.TYPE_A, 0);
        update[2] = 0x28;
        assertThat(code(exchange(server, update))).isEqualTo(4);
        var cutOff = Arrays.copyOf(question(9, "web.service.consul", DnsQuery.TYPE_A, 0), 20);
        assertThat(code(exchange(server, cutOff))).isEqualTo(1);
        var reply = answered(question(9, "web.service.consul", DnsQuery.TYPE_A, 0), 0);
        try (var socket = new DatagramSocket()) {
            socket.send(new DatagramPacket(reply, reply.length, server));
            socket.send(new DatagramPacket(new byte[3], 3, server));
            socket.setSoTimeout(100);
            assertThatThrownBy(() -> socket.receive(new DatagramPacket(new byte[10], 10)))
                    .isInstanceOf(SocketTimeoutException.class);
        }
        assertThat(lookup(server, "web.service.consul", "A")).hasSize(2);
    }
}
