package dev.steppe.api.http;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One end of a WebSocket: frames come in on the event loop and wait for the talk's thread; while many wait, the socket is
 * not read.
 */
final class WebSocketPeer extends SimpleChannelInboundHandler<WebSocketFrame> implements Answer.Peer {
    /** Clients send what is typed in pieces of some KiB. */
    private static final int MESSAGE_BYTES_MAX = 1 << 20;

    private static final int WAITING_MAX = 32;
    /** A close frame's reason has 123 bytes at most. */
    private static final int REASON_BYTES_MAX = 120;

    private final Channel channel;
    private final StreamSink sink;
    private final LinkedBlockingQueue<Optional<Bytes>> received = new LinkedBlockingQueue<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    WebSocketPeer(Channel channel, StreamSink sink) {
        this.channel = channel;
        this.sink = sink;
    }

    /** Answers the request to switch and takes the connection over. */
    void open(HttpRequest request) throws IOException, InterruptedException {
        var opening = new DefaultFullHttpRequest(
                request.protocolVersion(),
                request.method(),
                request.uri(),
                Unpooled.EMPTY_BUFFER,
                request.headers(),
                EmptyHttpHeaders.INSTANCE);
        var handshaker =
                new WebSocketServerHandshakerFactory("", null, false, MESSAGE_BYTES_MAX).newHandshaker(opening);
        if (handshaker == null) {
            throw new IOException("the WebSocket version is not supported");
        }
        var done = channel.eventLoop()
                .submit(() -> {
                    channel.pipeline().addLast(new WebSocketFrameAggregator(MESSAGE_BYTES_MAX), this);
                    return handshaker.handshake(channel, opening);
                })
                .await();
        var answered = done.isSuccess() ? done.getNow().await() : done;
        if (!answered.isSuccess()) {
            throw new IOException("the WebSocket does not open", answered.cause());
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
        switch (frame) {
            case TextWebSocketFrame text -> take(text);
            case BinaryWebSocketFrame binary -> take(binary);
            case PingWebSocketFrame ping ->
                channel.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
            case CloseWebSocketFrame close -> received.add(Optional.empty());
            default -> {
                // a pong, which nobody asked for
            }
        }
    }

    private void take(WebSocketFrame frame) {
        received.add(Optional.of(Bytes.wrap(ByteBufUtil.getBytes(frame.content()))));
        if (received.size() >= WAITING_MAX) {
            channel.config().setAutoRead(false);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        received.add(Optional.empty());
        context.fireChannelInactive();
    }

    @Override
    public Optional<Bytes> receive() throws InterruptedException {
        var next = received.take();
        if (received.size() < WAITING_MAX) {
            channel.config().setAutoRead(true);
        }
        return next;
    }

    @Override
    public void send(Bytes text) throws IOException, InterruptedException {
        sink.send(new TextWebSocketFrame(Unpooled.wrappedBuffer(text.array())));
    }

    @Override
    public void close(int code, String reason) {
        if (closed.compareAndSet(false, true)) {
            var frame = new CloseWebSocketFrame(code, cut(reason));
            channel.writeAndFlush(frame).addListener(io.netty.channel.ChannelFutureListener.CLOSE);
        }
    }

    private static String cut(String reason) {
        var text = reason;
        while (text.getBytes(StandardCharsets.UTF_8).length > REASON_BYTES_MAX) {
            text = text.substring(0, text.length() - 1);
        }
        return text;
    }
}
