package dev.steppe.api.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Hands on the heads of requests whose bodies are taken while they come, each with the stream of its body; all other
 * requests pass. Lives on the connection's event loop.
 */
final class StreamedBodies extends ChannelInboundHandlerAdapter {
    private final Predicate<HttpRequest> wanted;
    private Optional<BodyStream> current = Optional.empty();

    /** {@code wanted} tells of which requests. */
    StreamedBodies(Predicate<HttpRequest> wanted) {
        this.wanted = wanted;
    }

    /** A request whose body follows. */
    record Begun(HttpRequest head, BodyStream body) {}

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (current.isPresent() && message instanceof HttpContent content) {
            take(current.get(), content);
        } else if (message instanceof HttpRequest head && head.decoderResult().isSuccess() && wanted.test(head)) {
            begin(context, head);
        } else {
            context.fireChannelRead(message);
        }
    }

    private void begin(ChannelHandlerContext context, HttpRequest head) {
        var body = new BodyStream(context.channel());
        current = Optional.of(body);
        if (HttpUtil.is100ContinueExpected(head)) {
            context.writeAndFlush(new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER))
                    .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        }
        context.fireChannelRead(new Begun(head, body));
    }

    private void take(BodyStream body, HttpContent content) {
        try {
            if (content.decoderResult().isFailure()) {
                body.breakOff();
                return;
            }
            body.add(content.content());
            if (content instanceof LastHttpContent) {
                body.end();
                current = Optional.empty();
            }
        } finally {
            ReferenceCountUtil.release(content);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        current.ifPresent(BodyStream::breakOff);
        context.fireChannelInactive();
    }
}
