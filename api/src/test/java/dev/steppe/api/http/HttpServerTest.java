package dev.steppe.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Proves over real sockets what the server promises: framing, methods, limits, streams, and waiting without threads. */
class HttpServerTest {
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (var closeable : open.reversed()) {
            closeable.close();
        }
    }

    private HttpServer serve(Limits limits, Route... routes) throws IOException {
        return serve(limits, Gate.accessControlOff(), routes);
    }

    private HttpServer serve(Limits limits, Gate gate, Route... routes) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var setup = HttpServer.Setup.of("test", List.of(address), Dialect.NOMAD, new Router(List.of(routes)), gate)
                .withStandingHeaders(Headers.of("X-Standing", "yes"))
                .withLimits(limits);
        var server = HttpServer.start(setup);
        open.add(server);
        return server;
    }

    private Socket connect(HttpServer server) throws IOException {
        var socket = new Socket();
        socket.connect(server.addresses().getFirst());
        socket.setSoTimeout(10_000);
        open.add(socket);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    private Reply ask(HttpServer server, String request) throws IOException {
        var socket = connect(server);
        send(socket, request);
        return Reply.read(new BufferedInputStream(socket.getInputStream()));
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: here\r\n\r\n";
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("condition within 10 s").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void handlers_run_on_virtual_threads_and_their_answers_carry_the_standing_headers() throws IOException {
        var server = serve(
                Limits.standard(),
                Route.get(
                        "/v1/who/{name}",
                        Right.ANYONE,
                        request ->
                                Response.text(200, Thread.currentThread().isVirtual() + " " + request.name("name"))));
        var reply = ask(server, get("/v1/who/a%2Fb?x=1"));
        assertThat(reply.text()).isEqualTo("true a/b");
        assertThat(reply.headers()).containsEntry("x-standing", "yes").containsEntry("content-length", "8");
    }

    @Test
    void unknown_paths_and_methods_are_named() throws IOException {
        var server = serve(Limits.standard(), Route.get("/v1/jobs", Right.LIST_JOBS, request -> Response.empty()));
        assertThat(ask(server, get("/v1/job")).status()).isEqualTo(404);
        assertThat(ask(server, get("/v1/job")).text()).isEqualTo("no such route: /v1/job");
        var wrong = ask(server, "DELETE /v1/jobs HTTP/1.1\r\n\r\n");
        assertThat(wrong.status()).isEqualTo(405);
        assertThat(wrong.text()).isEqualTo("Invalid method");
        assertThat(wrong.headers()).containsEntry("allow", "OPTIONS,GET");
        assertThat(ask(server, "BREW /v1/jobs HTTP/1.1\r\n\r\n").status()).isEqualTo(405);
        var options = ask(server, "OPTIONS /v1/jobs HTTP/1.1\r\n\r\n");
        assertThat(options.status()).isEqualTo(200);
        assertThat(options.headers()).containsEntry("allow", "OPTIONS,GET");
        assertThat(ask(server, get("/v1/%zz")).status()).isEqualTo(400);
    }

    @Test
    void refusals_failures_and_bugs_have_different_answers() throws IOException {
        var server = serve(
                Limits.standard(),
                (request, right) -> {
                    if (right.equals(Right.SUBMIT_JOB)) {
                        throw new Refused(Refused.Kind.FORBIDDEN, "Permission denied");
                    }
                },
                Route.get("/v1/refused", Right.ANYONE, request -> {
                    throw Refused.notFound("job not found");
                }),
                Route.get("/v1/unavailable", Right.ANYONE, request -> {
                    throw new IOException("No cluster leader");
                }),
                Route.get("/v1/bug", Right.ANYONE, request -> {
                    throw new IllegalStateException("secret detail");
                }),
                Route.get("/v1/denied", Right.SUBMIT_JOB, request -> Response.empty()));
        assertThat(ask(server, get("/v1/refused")).status()).isEqualTo(404);
        assertThat(ask(server, get("/v1/refused")).text()).isEqualTo("job not found");
        assertThat(ask(server, get("/v1/unavailable")).status()).isEqualTo(500);
        assertThat(ask(server, get("/v1/unavailable")).text()).isEqualTo("No cluster leader");
        assertThat(ask(server, get("/v1/bug")).text()).doesNotContain("secret detail");
        assertThat(ask(server, get("/v1/denied")).status()).isEqualTo(403);
    }

    @Test
    void a_write_takes_put_and_post_and_its_whole_body() throws IOException {
        var server = serve(
                Limits.standard().withBody(10),
                Route.write(
                        "/v1/jobs",
                        Right.SUBMIT_JOB,
                        request -> Response.text(200, request.requiredBody().text())));
        assertThat(ask(server, "PUT /v1/jobs HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello")
                        .text())
                .isEqualTo("hello");
        assertThat(ask(
                                server,
                                "POST /v1/jobs HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n1\r\ny\r\n0\r\n\r\n")
                        .text())
                .isEqualTo("hey");
        var empty = ask(server, "PUT /v1/jobs HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
        assertThat(empty.status()).isEqualTo(400);
        assertThat(empty.text()).isEqualTo("Request body is empty");
        var large = ask(server, "PUT /v1/jobs HTTP/1.1\r\nContent-Length: 11\r\n\r\n12345678901");
        assertThat(large.status()).isEqualTo(413);
        assertThat(large.text()).contains("larger than 10 bytes");
    }

    @Test
    void a_page_from_elsewhere_cannot_write() throws IOException {
        var server = serve(Limits.standard(), Route.write("/v1/jobs", Right.SUBMIT_JOB, request -> Response.empty()));
        var foreign = "POST /v1/jobs HTTP/1.1\r\nHost: localhost:4646\r\nOrigin: http://evil.example\r\n"
                + "Content-Length: 2\r\n\r\n{}";
        assertThat(ask(server, foreign).status()).isEqualTo(403);
        assertThat(ask(server, foreign.replace("http://evil.example", "http://localhost:4646"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void pipelined_requests_are_answered_in_order() throws IOException {
        var server = serve(
                Limits.standard(),
                Route.get("/v1/n/{n}", Right.ANYONE, request -> Response.text(200, request.name("n"))));
        var socket = connect(server);
        var requests = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            requests.append(get("/v1/n/" + i));
        }
        send(socket, requests.toString());
        var in = new BufferedInputStream(socket.getInputStream());
        for (int i = 0; i < 100; i++) {
            assertThat(Reply.read(in).text()).isEqualTo(Integer.toString(i));
        }
    }

    @Test
    void json_is_indented_and_compressed_when_asked() throws IOException {
        var document = "{\"text\":\"" + "x".repeat(3000) + "\"}";
        var server = serve(
                Limits.standard(), Route.get("/v1/doc", Right.ANYONE, request -> Response.json(Bytes.utf8(document))));
        assertThat(ask(server, get("/v1/doc")).text()).isEqualTo(document);
        assertThat(ask(server, get("/v1/doc?pretty=0")).text()).isEqualTo(document);
        assertThat(ask(server, get("/v1/doc?pretty")).text())
                .startsWith("{\n    \"text\": \"x")
                .endsWith("}\n");
        var packed = ask(server, "GET /v1/doc HTTP/1.1\r\nAccept-Encoding: br, gzip;q=0.5\r\n\r\n");
        assertThat(packed.headers()).containsEntry("content-encoding", "gzip");
        assertThat(packed.body().length).isLessThan(200);
        try (var unpacked = new GZIPInputStream(new ByteArrayInputStream(packed.body()))) {
            assertThat(new String(unpacked.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo(document);
        }
        var unwanted = ask(server, "GET /v1/doc HTTP/1.1\r\nAccept-Encoding: gzip;q=0\r\n\r\n");
        assertThat(unwanted.headers()).doesNotContainKey("content-encoding");
    }

    @Test
    void head_tells_the_length_without_the_body() throws IOException {
        var server =
                serve(Limits.standard(), Route.get("/v1/doc", Right.ANYONE, request -> Response.text(200, "four")));
        var socket = connect(server);
        send(socket, "HEAD /v1/doc HTTP/1.1\r\n\r\n" + get("/v1/doc"));
        var in = new BufferedInputStream(socket.getInputStream());
        var head = new ArrayList<String>();
        for (var line = Reply.line(in); !line.isEmpty(); line = Reply.line(in)) {
            head.add(line.toLowerCase(Locale.ROOT));
        }
        assertThat(head).contains("content-length: 4");
        assertThat(Reply.read(in).text()).isEqualTo("four");
    }

    @Test
    void a_stream_arrives_while_it_is_made_and_its_producer_learns_that_the_peer_left() throws Exception {
        var firstSeen = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        var server = serve(
                Limits.standard(),
                Route.get(
                        "/v1/logs",
                        Right.READ_LOGS,
                        request -> new Answer.Streamed(200, Headers.of("Content-Type", "text/plain"), sink -> {
                            try {
                                sink.write(Bytes.utf8("one"));
                                firstSeen.await();
                                sink.write(Bytes.utf8("two"));
                                new CountDownLatch(1).await();
                            } finally {
                                ended.countDown();
                            }
                        })));
        var socket = connect(server);
        send(socket, get("/v1/logs"));
        var in = new BufferedInputStream(socket.getInputStream());
        while (!Reply.line(in).isEmpty()) {
            // to the end of the head
        }
        assertThat(new String(Reply.chunk(in), StandardCharsets.UTF_8)).isEqualTo("one");
        firstSeen.countDown();
        assertThat(new String(Reply.chunk(in), StandardCharsets.UTF_8)).isEqualTo("two");
        socket.close();
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void a_stream_that_breaks_off_does_not_look_whole() throws IOException {
        var server = serve(
                Limits.standard(),
                Route.get(
                        "/v1/logs",
                        Right.READ_LOGS,
                        request -> new Answer.Streamed(200, Headers.none(), sink -> {
                            sink.write(Bytes.utf8("half"));
                            throw new IOException("disk gone");
                        })));
        assertThatThrownBy(() -> ask(server, get("/v1/logs"))).isInstanceOf(IOException.class);
    }

    @Test
    void a_stream_waits_for_a_slow_reader_and_gives_up_on_a_dead_one() throws Exception {
        var written = new AtomicInteger();
        var failed = new CountDownLatch(1);
        var patience = Duration.ofMillis(200);
        var server = serve(
                Limits.standard().withTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(5), patience),
                Route.get(
                        "/v1/logs",
                        Right.READ_LOGS,
                        request -> new Answer.Streamed(200, Headers.none(), sink -> {
                            try {
                                while (true) {
                                    sink.write(Bytes.wrap(new byte[64 * 1024]));
                                    written.incrementAndGet();
                                }
                            } finally {
                                failed.countDown();
                            }
                        })));
        var socket = connect(server);
        send(socket, get("/v1/logs"));
        assertThat(failed.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(written.get()).as("bounded by socket buffers, not by memory").isLessThan(1000);
    }

    @Test
    void slow_senders_and_silent_connections_are_closed() throws IOException {
        var limits =
                Limits.standard().withTimeouts(Duration.ofMillis(150), Duration.ofMillis(150), Duration.ofSeconds(5));
        var server = serve(limits, Route.get("/v1/x", Right.ANYONE, request -> Response.empty()));
        var slow = connect(server);
        send(slow, "GET /v1/x HTTP/1.1\r\nX-Never-End");
        assertThat(slow.getInputStream().read()).isEqualTo(-1);
        assertThat(connect(server).getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void too_many_connections_are_told_so() throws IOException {
        var server = serve(
                Limits.standard().withConnections(1, 1), Route.get("/v1/x", Right.ANYONE, request -> Response.empty()));
        assertThat(ask(server, get("/v1/x")).status()).isEqualTo(200);
        try (var second = connect(server)) {
            assertThat(Reply.line(second.getInputStream())).isEqualTo("HTTP/1.1 429 Too Many Requests");
        } catch (SocketException resetBeforeRead) {
            assertThat(server.connectionCount()).isEqualTo(1);
        }
    }

    @Test
    void an_address_in_use_is_named() throws IOException {
        var server = serve(Limits.standard());
        var taken = server.addresses().getFirst();
        var setup = HttpServer.Setup.of(
                "second", List.of(taken), Dialect.NOMAD, new Router(List.of()), Gate.accessControlOff());
        assertThatThrownBy(() -> HttpServer.start(setup))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot listen on " + taken);
    }

    @Test
    void a_waiting_read_answers_after_the_change_or_when_its_time_is_over() throws IOException {
        var cell = new Cell();
        var server = serve(Limits.standard(), Route.get("/v1/cell", Right.ANYONE, cell::answer));
        assertThat(ask(server, get("/v1/cell?index=0")).text()).isEqualTo("1");
        var socket = connect(server);
        send(socket, get("/v1/cell?index=1"));
        await(() -> cell.watchers() == 1);
        cell.touch();
        await(() -> cell.watchers() == 1);
        cell.set(2);
        assertThat(Reply.read(new BufferedInputStream(socket.getInputStream())).text())
                .isEqualTo("2");
        assertThat(cell.watchers()).isZero();
        assertThat(ask(server, get("/v1/cell?index=2&wait=50ms")).text()).isEqualTo("2");
        assertThat(cell.watchers()).isZero();
    }

    @Test
    void a_waiter_whose_peer_left_lets_go_of_its_watch() throws IOException {
        var cell = new Cell();
        var server = serve(Limits.standard(), Route.get("/v1/cell", Right.ANYONE, cell::answer));
        var socket = connect(server);
        send(socket, get("/v1/cell?index=1"));
        await(() -> cell.watchers() == 1);
        socket.close();
        await(() -> cell.watchers() == 0);
    }

    @Test
    void two_thousand_waiters_hold_no_thread_and_all_wake_on_one_change() throws IOException {
        var cell = new Cell();
        var server = serve(Limits.standard(), Route.get("/v1/cell", Right.ANYONE, cell::answer));
        var sockets = new ArrayList<Socket>();
        int threadsBefore = Thread.activeCount();
        for (int i = 0; i < 2000; i++) {
            var socket = connect(server);
            send(socket, get("/v1/cell?index=1"));
            sockets.add(socket);
        }
        await(() -> cell.watchers() == 2000);
        assertThat(Thread.activeCount()).isLessThan(threadsBefore + 10);
        cell.set(2);
        for (var socket : sockets) {
            assertThat(Reply.read(new BufferedInputStream(socket.getInputStream()))
                            .text())
                    .isEqualTo("2");
        }
    }

    /** A value with an index and watchers, as a state store has. */
    private static final class Cell {
        private final List<Watcher> watchers = new ArrayList<>();
        private long value = 1;
        private long touches;

        private record Watcher(Runnable changed, AtomicBoolean cancelled) {}

        Answer answer(Request request) throws Refused, IOException, InterruptedException {
            BlockingRead read = () -> {
                synchronized (this) {
                    long seen = touches;
                    return new BlockingRead.Reading(
                            value, changed -> watch(seen, changed), () -> Response.text(200, Long.toString(value)));
                }
            };
            return read.under(WaitTerms.of(request.query(), Dialect.NOMAD, new java.util.Random(1)));
        }

        private Answer.Cancellation watch(long seen, Runnable changed) {
            var watcher = new Watcher(changed, new AtomicBoolean());
            synchronized (this) {
                if (touches == seen) {
                    watchers.add(watcher);
                    return () -> {
                        synchronized (this) {
                            watchers.remove(watcher);
                        }
                    };
                }
            }
            changed.run();
            return () -> {};
        }

        synchronized int watchers() {
            return watchers.size();
        }

        void touch() {
            List<Watcher> woken;
            synchronized (this) {
                touches++;
                woken = List.copyOf(watchers);
                watchers.clear();
            }
            woken.forEach(watcher -> watcher.changed.run());
        }

        void set(long next) {
            synchronized (this) {
                value = next;
            }
            touch();
        }
    }
}
