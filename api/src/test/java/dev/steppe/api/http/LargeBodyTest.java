package dev.steppe.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves over real sockets that a large body goes to a private file, after its sender was admitted, and is gone afterwards. */
class LargeBodyTest {
    private static final int BYTES_MAX = 24 << 20;

    @TempDir
    Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (var closeable : open.reversed()) {
            closeable.close();
        }
    }

    private HttpServer serve(Gate gate) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var routes = List.of(
                Route.write("/v1/large", Right.ANYONE, LargeBodyTest::told).forFiles(),
                Route.write(
                        "/v1/small",
                        Right.ANYONE,
                        request -> Response.text(200, request.body().text())));
        var server =
                HttpServer.start(HttpServer.Setup.of("test", List.of(address), Dialect.NOMAD, new Router(routes), gate)
                        .withLimits(Limits.standard().withBody(1000))
                        .withSpool(Spool.in(directory, BYTES_MAX)));
        open.add(server);
        return server;
    }

    /** How many bytes it got, their sum, who may read the file. */
    private static Response told(Request request) throws Refused, IOException {
        var file = request.requiredFile();
        return Response.text(
                200,
                Files.size(file) + " " + sum(Files.readAllBytes(file)) + " "
                        + PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    private static long sum(byte[] content) {
        var crc = new CRC32();
        crc.update(content);
        return crc.getValue();
    }

    private static byte[] content(int bytes) {
        var content = new byte[bytes];
        new Random(bytes).nextBytes(content);
        return content;
    }

    private static String head(String path, String more) {
        return "PUT " + path + " HTTP/1.1\r\nHost: here\r\n" + more + "\r\n";
    }

    private Socket connect(HttpServer server) throws IOException {
        var socket = new Socket();
        socket.connect(server.addresses().getFirst());
        socket.setSoTimeout(30_000);
        open.add(socket);
        return socket;
    }

    private static void send(Socket socket, String head, byte[] content) throws IOException {
        var out = socket.getOutputStream();
        out.write(head.getBytes(StandardCharsets.UTF_8));
        out.write(content);
    }

    private void nothingIsLeft() throws IOException {
        try (var left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void body_far_over_the_limit_of_memory_is_whole_in_a_private_file() throws IOException {
        var server = serve(Gate.accessControlOff());
        var content = content(20 << 20);
        var socket = connect(server);
        var in = new BufferedInputStream(socket.getInputStream());
        for (int i = 0; i < 2; i++) {
            send(socket, head("/v1/large", "Content-Length: " + content.length + "\r\n"), content);
            assertThat(Reply.read(in).text()).isEqualTo(content.length + " " + sum(content) + " rw-------");
            send(socket, head("/v1/small", "Content-Length: 5\r\n"), "hello".getBytes(StandardCharsets.UTF_8));
            assertThat(Reply.read(in).text()).as("the connection goes on").isEqualTo("hello");
        }
        nothingIsLeft();
    }

    @Test
    void body_in_chunks_that_waits_to_be_wanted_is_wanted() throws IOException {
        var server = serve(Gate.accessControlOff());
        var socket = connect(server);
        var in = new BufferedInputStream(socket.getInputStream());
        send(socket, head("/v1/large", "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n"), new byte[0]);
        assertThat(Reply.line(in)).isEqualTo("HTTP/1.1 100 Continue");
        assertThat(Reply.line(in)).isEmpty();
        send(socket, "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", new byte[0]);
        assertThat(Reply.read(in).text()).startsWith("5 " + sum("abcde".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void whoever_may_not_is_told_so_and_nothing_is_written() throws IOException {
        var server = serve((request, right) -> {
            throw new Refused(Refused.Kind.FORBIDDEN, "Permission denied");
        });
        var content = content(4 << 20);
        var socket = connect(server);
        send(socket, head("/v1/large", "Connection: close\r\nContent-Length: " + content.length + "\r\n"), content);
        var reply = Reply.read(new BufferedInputStream(socket.getInputStream()));
        assertThat(reply.status()).isEqualTo(403);
        nothingIsLeft();
    }

    @Test
    void body_that_is_too_large_is_refused_with_the_limit() throws IOException {
        var server = serve(Gate.accessControlOff());
        var content = content(BYTES_MAX + 1);
        var socket = connect(server);
        send(socket, head("/v1/large", "Content-Length: " + content.length + "\r\n"), content);
        var reply = Reply.read(new BufferedInputStream(socket.getInputStream()));
        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.text()).contains("larger than " + BYTES_MAX);
        nothingIsLeft();
    }

    @Test
    void body_that_the_disk_does_not_take_is_refused_with_the_place() throws IOException {
        var server = serve(Gate.accessControlOff());
        Files.delete(directory);
        var socket = connect(server);
        send(socket, head("/v1/large", "Content-Length: 5\r\n"), content(5));
        var reply = Reply.read(new BufferedInputStream(socket.getInputStream()));
        assertThat(reply.status()).isEqualTo(500);
        assertThat(reply.text()).contains("cannot be kept in " + directory);
        Files.createDirectory(directory);
    }

    @Test
    void peer_that_goes_away_leaves_nothing() throws Exception {
        var server = serve(Gate.accessControlOff());
        var socket = connect(server);
        send(socket, head("/v1/large", "Content-Length: 1000000\r\n"), content(100_000));
        long until = System.nanoTime() + 30_000_000_000L;
        while (directory.toFile().list().length == 0) {
            assertThat(System.nanoTime()).isLessThan(until);
            Thread.onSpinWait();
        }
        socket.close();
        while (directory.toFile().list().length > 0) {
            assertThat(System.nanoTime()).isLessThan(until);
            Thread.onSpinWait();
        }
    }

    @Test
    void what_an_earlier_agent_left_is_removed_and_nothing_else() throws IOException {
        Files.write(directory.resolve("body-123"), content(10));
        Files.write(directory.resolve("other"), content(10));
        Spool.in(directory);
        try (var left = Files.list(directory)) {
            assertThat(left).containsExactly(directory.resolve("other"));
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx------");
    }

    @Test
    void file_has_what_was_sent_in_small_pieces() throws IOException {
        var server = serve(Gate.accessControlOff());
        var content = content(50_000);
        var socket = connect(server);
        send(socket, head("/v1/large", "Content-Length: " + content.length + "\r\n"), new byte[0]);
        for (int from = 0; from < content.length; from += 1000) {
            send(socket, "", Arrays.copyOfRange(content, from, from + 1000));
        }
        assertThat(Reply.read(new BufferedInputStream(socket.getInputStream())).text())
                .startsWith(content.length + " " + sum(content));
    }
}
