package dev.steppe.api.http;

import dev.steppe.io.TaskScope;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPOutputStream;

/**
 * One request on its way to its answer: running on a virtual thread, waiting with nothing but a watch and a timer, or
 * streaming. Ends with exactly one answer, or abandoned when the peer goes away.
 */
final class Exchange {
    private static final System.Logger LOG = System.getLogger(Exchange.class.getName());
    /** Below this a compressed answer is hardly smaller than its own headers. */
    private static final int GZIP_BYTES_MIN = 1024;

    /** Close codes of a WebSocket. */
    private static final int WELL = 1000;

    private static final int GOING_AWAY = 1001;
    private static final int FAILED = 1011;

    private final Terms terms;
    private final Channel channel;
    private final TaskScope handlers;
    private final Runnable finished;
    private final AtomicBoolean abandoned = new AtomicBoolean();
    private final AtomicReference<Optional<Pause>> pause = new AtomicReference<>(Optional.empty());
    private final AtomicReference<Optional<StreamSink>> stream = new AtomicReference<>(Optional.empty());
    private boolean pretty;
    private long waitUntilNanos;
    private boolean waited;

    Exchange(Terms terms, Channel channel, TaskScope handlers, Runnable finished) {
        this.terms = terms;
        this.channel = channel;
        this.handlers = handlers;
        this.finished = finished;
    }

    /** What the answer depends on besides the handler; {@code finished} of the exchange runs on the event loop. */
    record Terms(HttpServer.Setup setup, HttpRequest head, boolean keepAlive, boolean gzip) {
        String method() {
            return head.method().name();
        }

        boolean headOnly() {
            return method().equals("HEAD");
        }
    }

    /** Something that produces an answer, on a virtual thread. */
    private interface Work {
        Answer answer() throws Refused, IOException, InterruptedException;
    }

    /** A body that comes as a stream is kept in the spool, once its sender was admitted, until the answer is there. */
    void run(Request request, Route route, Optional<Spool> spool, Optional<BodyStream> body) {
        pretty = request.pretty();
        start(request.path(), () -> {
            try (var stream = body.<InputStream>map(it -> it).orElseGet(InputStream::nullInputStream)) {
                terms.setup.gate().admit(request, route.right());
                return body.isPresent() && spool.isPresent()
                        ? kept(request, route, spool.get(), stream)
                        : route.handler().handle(request);
            }
        });
    }

    private static Answer kept(Request request, Route route, Spool spool, InputStream body)
            throws Refused, IOException, InterruptedException {
        try (var kept = spool.keep(body)) {
            return route.handler().handle(request.inFile(kept.file()));
        }
    }

    void refuse(Refused refused) {
        respond(Refusals.answer(terms.setup.dialect(), refused));
    }

    void wrongMethod(List<Method> allowed, Optional<Method> asked) {
        var names = new ArrayList<String>();
        names.add("OPTIONS");
        allowed.stream()
                .filter(method -> method != Method.HEAD)
                .map(Method::name)
                .forEach(names::add);
        var allow = String.join(",", names);
        respond(
                asked.filter(method -> method == Method.OPTIONS).isPresent()
                        ? Response.empty().with("Allow", allow)
                        : Refusals.wrongMethod(terms.setup.dialect(), terms.method(), allow));
    }

    private void start(String id, Work work) {
        try {
            handlers.startVirtual(id, () -> deliver(attempt(id, work)));
        } catch (IllegalStateException closing) {
            channel.close();
        }
    }

    private Optional<Answer> attempt(String id, Work work) {
        var dialect = terms.setup.dialect();
        try {
            return Optional.of(work.answer());
        } catch (Refused refused) {
            return Optional.of(Refusals.answer(dialect, refused));
        } catch (IOException unavailable) {
            return Optional.of(Refusals.unavailable(dialect, unavailable));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            channel.close();
            return Optional.empty();
        } catch (RuntimeException bug) {
            LOG.log(Level.ERROR, "handler failed method=" + terms.method() + " path=" + id, bug);
            return Optional.of(Refusals.bug());
        }
    }

    private void deliver(Optional<Answer> answer) {
        if (answer.isEmpty() || abandoned.get()) {
            return;
        }
        switch (answer.get()) {
            case Response response -> respond(response);
            case Answer.Waiting waiting -> park(waiting);
            case Answer.Streamed streamed -> stream(streamed);
            case Answer.Conversation conversation -> {
                if (isWebSocket(terms.head)) {
                    converse(conversation);
                } else {
                    refuse(Refused.invalid("this route is a WebSocket: ask with the headers of an upgrade"));
                }
            }
        }
    }

    /** Keeps a watch and a timer; no thread waits. */
    private void park(Answer.Waiting waiting) {
        if (!waited) {
            waited = true;
            waitUntilNanos = System.nanoTime() + waiting.atMost().toNanos();
        }
        var parked = new Pause(waiting.again());
        pause.set(Optional.of(parked));
        long leftNanos = Math.max(0, waitUntilNanos - System.nanoTime());
        var timer = channel.eventLoop().schedule(() -> wake(parked, true), leftNanos, TimeUnit.NANOSECONDS);
        parked.onEnd(() -> timer.cancel(false));
        parked.onEnd(waiting.watch().onChange(() -> wake(parked, false))::cancel);
        if (abandoned.get()) {
            parked.end();
        }
    }

    private void wake(Pause parked, boolean expired) {
        if (parked.end() && !abandoned.get()) {
            pause.set(Optional.empty());
            start("again", () -> parked.again.evaluate(expired));
        }
    }

    /** A pause that ends once, by its watch, its timer or the peer's leaving, and then lets go of both. */
    private static final class Pause {
        private final Answer.Again again;
        private final List<Runnable> releases = new ArrayList<>(2);
        private boolean ended;

        private Pause(Answer.Again again) {
            this.again = again;
        }

        /** Runs the release when the pause ends, at once when it already ended. */
        private void onEnd(Runnable release) {
            synchronized (this) {
                if (!ended) {
                    releases.add(release);
                    return;
                }
            }
            release.run();
        }

        /** True for the call that ended it. */
        private boolean end() {
            List<Runnable> toRun;
            synchronized (this) {
                if (ended) {
                    return false;
                }
                ended = true;
                toRun = List.copyOf(releases);
            }
            toRun.forEach(Runnable::run);
            return true;
        }
    }

    /** Sends a whole answer. */
    void respond(Response response) {
        var laidOut = pretty && response.isJson() && !response.body().isEmpty()
                ? new Response(response.status(), response.headers(), JsonLayout.indent(response.body()))
                : response;
        var sent = compressed(laidOut);
        var content = terms.headOnly()
                ? Unpooled.EMPTY_BUFFER
                : Unpooled.wrappedBuffer(sent.body().array());
        var message =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(sent.status()), content);
        writeHeaders(message.headers(), sent.headers());
        message.headers().set("Content-Length", sent.body().size());
        var written = channel.writeAndFlush(message);
        if (!terms.keepAlive) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
        written.addListener(done -> complete());
    }

    private void complete() {
        channel.eventLoop().execute(finished);
    }

    private Response compressed(Response response) {
        if (!terms.gzip || response.body().size() < GZIP_BYTES_MIN) {
            return response;
        }
        var packed = new ByteArrayOutputStream(response.body().size() / 4);
        try (var gzip = new GZIPOutputStream(packed, 8192)) {
            gzip.write(response.body().array());
        } catch (IOException impossible) {
            throw new IllegalStateException("compressing in memory failed", impossible);
        }
        return new Response(response.status(), response.headers(), Bytes.wrap(packed.toByteArray()))
                .with("Content-Encoding", "gzip")
                .with("Vary", "Accept-Encoding");
    }

    private void writeHeaders(HttpHeaders target, Headers headers) {
        for (var line : terms.setup.standingHeaders().lines()) {
            target.set(line.name(), line.value());
        }
        for (var line : headers.lines()) {
            target.set(line.name(), line.value());
        }
        if (!terms.keepAlive) {
            target.set("Connection", "close");
        }
    }

    private void stream(Answer.Streamed streamed) {
        var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(streamed.status()));
        writeHeaders(head.headers(), streamed.headers());
        head.headers().set("Transfer-Encoding", "chunked");
        channel.writeAndFlush(head);
        boolean whole = terms.headOnly() || produce(streamed);
        var written = channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        // A stream that broke off must not look whole: the missing last chunk tells the peer.
        if (!terms.keepAlive || !whole) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
        written.addListener(done -> complete());
    }

    private boolean produce(Answer.Streamed streamed) {
        var sink = new StreamSink(channel, Thread.currentThread());
        stream.set(Optional.of(sink));
        if (abandoned.get()) {
            sink.peerIsGone();
        }
        try {
            streamed.producer().produce(sink);
            return true;
        } catch (IOException broken) {
            LOG.log(Level.DEBUG, "stream ended early reason=" + broken.getMessage());
        } catch (InterruptedException stopping) {
            LOG.log(Level.DEBUG, "stream stopped");
        } catch (RuntimeException bug) {
            LOG.log(Level.ERROR, "stream failed method=" + terms.method(), bug);
        } finally {
            stream.set(Optional.empty());
            sink.end();
        }
        channel.close();
        return false;
    }

    /** True for a request that wants to go on as a WebSocket. */
    static boolean isWebSocket(HttpRequest request) {
        return request.headers().containsValue("Upgrade", "websocket", true);
    }

    private void converse(Answer.Conversation conversation) {
        var sink = new StreamSink(channel, Thread.currentThread());
        var peer = new WebSocketPeer(channel, sink);
        stream.set(Optional.of(sink));
        if (abandoned.get()) {
            sink.peerIsGone();
        }
        try {
            peer.open(terms.head);
            conversation.talk().hold(peer);
            peer.close(WELL, "");
        } catch (IOException broken) {
            LOG.log(Level.DEBUG, "WebSocket ended early reason=" + broken.getMessage());
            peer.close(FAILED, String.valueOf(broken.getMessage()));
        } catch (InterruptedException stopping) {
            peer.close(GOING_AWAY, "the agent stops");
        } catch (RuntimeException bug) {
            LOG.log(Level.ERROR, "WebSocket failed method=" + terms.method(), bug);
            peer.close(FAILED, "internal error, the agent's log says more");
        } finally {
            stream.set(Optional.empty());
            sink.end();
        }
    }

    /** The peer is gone: releases everything this exchange holds. Runs on the event loop. */
    void abandon() {
        abandoned.set(true);
        pause.get().ifPresent(Pause::end);
        stream.get().ifPresent(StreamSink::peerIsGone);
    }

    /** The peer takes bytes again, or no more. Runs on the event loop. */
    void writabilityChanged() {
        stream.get().ifPresent(StreamSink::writabilityChanged);
    }
}
