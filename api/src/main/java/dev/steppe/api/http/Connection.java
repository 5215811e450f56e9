package dev.steppe.api.http;

import dev.steppe.io.TaskScope;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One connection: its requests are answered in order, one at a time. Lives on the connection's event loop; only {@link
 * Exchange} leaves it.
 */
final class Connection extends ChannelInboundHandlerAdapter {
    private final HttpServer.Setup setup;
    private final Headers known;
    private final TaskScope handlers;
    private final SlowPeerClock clock;
    private final ArrayDeque<Incoming> queued = new ArrayDeque<>();
    private Optional<Exchange> current = Optional.empty();

    Connection(HttpServer.Setup setup, Headers known, TaskScope handlers, SlowPeerClock clock) {
        this.setup = setup;
        this.known = known;
        this.handlers = handlers;
        this.clock = clock;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Incoming request;
        if (message instanceof FullHttpRequest whole) {
            request = Incoming.whole(whole);
        } else if (message instanceof StreamedBodies.Begun begun) {
            request = Incoming.begun(begun);
        } else {
            context.fireChannelRead(message);
            return;
        }
        clock.answering();
        if (current.isEmpty()) {
            begin(context, request);
            return;
        }
        queued.add(request);
        if (queued.size() >= setup.limits().pipelinedRequestsMax()) {
            context.channel().config().setAutoRead(false);
        }
    }

    private void begin(ChannelHandlerContext context, Incoming incoming) {
        var head = incoming.head();
        HttpServer.Setup asked;
        Optional<Refused> noFace = Optional.empty();
        try {
            asked = setup.asked(head);
        } catch (Refused unknown) {
            asked = setup;
            noFace = Optional.of(unknown);
        }
        var terms = new Exchange.Terms(asked, head, HttpUtil.isKeepAlive(head), acceptsGzip(head));
        var exchange = new Exchange(terms, context.channel(), handlers, () -> finished(context));
        current = Optional.of(exchange);
        try {
            if (noFace.isPresent()) {
                exchange.refuse(noFace.get());
                return;
            }
            if (!head.decoderResult().isSuccess()) {
                exchange.refuse(Refused.invalid("not an HTTP request this agent understands: "
                        + head.decoderResult().cause().getMessage()));
                return;
            }
            refuseForeignPage(head);
            dispatch(exchange, asked, context, incoming);
        } catch (Refused refused) {
            incoming.stream().ifPresent(BodyStream::ignore);
            exchange.refuse(refused);
        }
    }

    private void dispatch(Exchange exchange, HttpServer.Setup asked, ChannelHandlerContext context, Incoming incoming)
            throws Refused {
        var uri = originForm(incoming.head().uri());
        int question = uri.indexOf('?');
        var rawPath = question < 0 ? uri : uri.substring(0, question);
        var query = Query.parse(question < 0 ? "" : uri.substring(question + 1));
        var known = Method.named(incoming.head().method().name());
        // An unknown method still gets 404 or 405 by its path: OPTIONS stands in for it.
        var found = asked.router().find(known.orElse(Method.OPTIONS), rawPath);
        switch (found) {
            case Router.Found.Unknown() -> exchange.respond(Refusals.unknownPath(asked.dialect(), rawPath));
            case Router.Found.WrongMethod(var allowed) -> exchange.wrongMethod(allowed, known);
            case Router.Found.Matched(var route, var names) -> {
                var request = request(known.orElse(Method.OPTIONS), rawPath, names, query, context, incoming);
                exchange.run(request, route, setup.spool(), incoming.stream());
            }
        }
    }

    /**
     * A page from elsewhere in somebody's browser could send writes to an agent on loopback; it cannot hide where it is
     * from.
     */
    private static void refuseForeignPage(HttpRequest incoming) throws Refused {
        var method = incoming.method().name();
        var origin = incoming.headers().get("Origin");
        boolean onlyReads = method.equals("GET") || method.equals("HEAD") || method.equals("OPTIONS");
        // A browser lets any page open a WebSocket and read from it.
        if (origin == null || (onlyReads && !Exchange.isWebSocket(incoming))) {
            return;
        }
        var host = incoming.headers().get("Host", "");
        if (!origin.equals("http://" + host) && !origin.equals("https://" + host)) {
            throw new Refused(
                    Refused.Kind.FORBIDDEN,
                    "a page from " + origin + " may not write to " + host + ": the Origin and Host headers differ");
        }
    }

    /** Proxies may send the whole address; only its path counts. */
    static String originForm(String uri) {
        if (uri.startsWith("http://") || uri.startsWith("https://")) {
            int slash = uri.indexOf('/', uri.indexOf("//") + 2);
            return slash < 0 ? "/" : uri.substring(slash);
        }
        return uri;
    }

    private Request request(
            Method method,
            String path,
            SortedMap<String, String> names,
            Query query,
            ChannelHandlerContext context,
            Incoming incoming) {
        var lines = new ArrayList<Headers.Line>();
        lines.addAll(known.lines());
        for (var header : incoming.head().headers()) {
            if (known.first(header.getKey()).isEmpty()) {
                lines.add(new Headers.Line(header.getKey(), header.getValue()));
            }
        }
        return new Request(
                method,
                path,
                new TreeMap<>(names),
                query,
                new Headers(lines),
                incoming.body(),
                context.channel().remoteAddress(),
                originForm(incoming.head().uri()),
                Optional.empty());
    }

    private static boolean acceptsGzip(HttpRequest request) {
        var accepted = request.headers().get("Accept-Encoding", "");
        for (var coding : accepted.split(",")) {
            var parts = coding.strip().split(";");
            if (parts[0].strip().equalsIgnoreCase("gzip")) {
                return parts.length < 2 || !parts[1].strip().matches("q=0(\\.0*)?");
            }
        }
        return false;
    }

    /** Runs on the event loop after an answer's last byte was written. */
    private void finished(ChannelHandlerContext context) {
        current = Optional.empty();
        var next = queued.poll();
        if (next == null) {
            clock.idle();
            return;
        }
        context.channel().config().setAutoRead(true);
        begin(context, next);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        current.ifPresent(Exchange::abandon);
        queued.clear();
        context.fireChannelInactive();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        current.ifPresent(Exchange::writabilityChanged);
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // A broken peer or a request no codec understands: nothing can be answered any more.
        context.channel().close().addListener(ChannelFutureListener.CLOSE);
    }
}
