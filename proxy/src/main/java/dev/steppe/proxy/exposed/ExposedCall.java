package dev.steppe.proxy.exposed;

import dev.steppe.mesh.configuration.Address;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * One connection to an exposed port, for one request: what is read is decoded to its end and no further, so nothing can hide
 * behind it; the application's answer is passed on as it comes. Lives on the connection's event loop.
 */
final class ExposedCall extends ChannelInboundHandlerAdapter {
    private final ExposedListener listener;
    private final Channel client;
    private final ArrayDeque<Object> waiting = new ArrayDeque<>();
    private Optional<Channel> application = Optional.empty();
    private boolean begun;
    private boolean whole;

    ExposedCall(ExposedListener listener, Channel client) {
        this.listener = listener;
        this.client = client;
    }

    void abandon() {
        client.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (whole) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (message instanceof HttpRequest request && !begun) {
            begin(request);
        } else if (message instanceof HttpContent content && begun) {
            whole = message instanceof LastHttpContent;
            pass(content);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(HttpRequest request) {
        begun = true;
        if (!request.decoderResult().isSuccess()) {
            refuse("400 Bad Request", "not an HTTP request");
            return;
        }
        var uri = originForm(request.uri());
        int question = uri.indexOf('?');
        var path = question < 0 ? uri : uri.substring(0, question);
        var target = listener.target(path);
        if (target.isEmpty()) {
            refuse("404 Not Found", "this path is not exposed");
            return;
        }
        var passed = new DefaultHttpRequest(HttpVersion.HTTP_1_1, request.method(), uri, request.headers());
        passed.headers().remove(HttpHeaderNames.UPGRADE);
        passed.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        waiting.add(passed);
        client.config().setAutoRead(false);
        dial(target.get());
    }

    private static String originForm(String uri) {
        if (uri.startsWith("http://")) {
            int slash = uri.indexOf('/', "http://".length());
            return slash < 0 ? "/" : uri.substring(slash);
        }
        return uri;
    }

    private void dial(Address target) {
        var bootstrap = listener.context()
                .loops()
                .plainClient(client.eventLoop())
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new HttpRequestEncoder(), new Answer());
                    }
                });
        listener.context().sockets().connect(bootstrap, listener.namespace(), target, this::dialled);
    }

    private void dialled(ChannelFuture connected) {
        if (!connected.isSuccess()) {
            refuse("502 Bad Gateway", "the application does not answer on its port");
            return;
        }
        var channel = connected.channel();
        if (!client.isActive()) {
            channel.close();
            return;
        }
        application = Optional.of(channel);
        for (Object message = waiting.poll(); message != null; message = waiting.poll()) {
            channel.write(message);
        }
        channel.flush();
        client.config().setAutoRead(true);
    }

    private void pass(HttpContent content) {
        if (application.isEmpty()) {
            waiting.add(content);
            return;
        }
        application.get().writeAndFlush(content);
        client.config().setAutoRead(application.get().isWritable());
    }

    private void refuse(String status, String why) {
        whole = true;
        var body = why + "\n";
        var answer = "HTTP/1.1 " + status + "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
                + body.length() + "\r\nConnection: close\r\n\r\n" + body;
        client.writeAndFlush(Unpooled.copiedBuffer(answer, StandardCharsets.UTF_8))
                .addListener(ChannelFutureListener.CLOSE);
    }

    /** The application's side: its bytes go to the client as they are, as fast as the client takes them. */
    private final class Answer extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            client.writeAndFlush(message);
            context.channel().config().setAutoRead(client.isWritable());
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            client.config().setAutoRead(context.channel().isWritable());
            context.fireChannelWritabilityChanged();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        application.ifPresent(channel -> channel.config().setAutoRead(client.isWritable()));
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent) {
            context.close();
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
        application.ifPresent(Channel::close);
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
