package dev.steppe.api.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.OptionalSslHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Where an API is served over TLS, and with what. A caller who speaks plain HTTP there is told so in its own words.
 *
 * @param handshakeWithin how long a caller may take to agree on a secure connection
 */
public record SecureListener(List<InetSocketAddress> addresses, SslContext context, Duration handshakeWithin) {
    private static final byte[] PLAIN = ("HTTP/1.1 400 Bad Request\r\n"
                    + "Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
                    + "this port speaks HTTPS: write https:// instead of http://\n")
            .getBytes(StandardCharsets.UTF_8);

    public SecureListener {
        addresses = List.copyOf(addresses);
    }

    /** Puts TLS before what is done with a plain connection. */
    ChannelInitializer<Channel> before(ChannelHandler plain) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new Secured(context, handshakeWithin), plain);
            }
        };
    }

    private static final class Secured extends OptionalSslHandler {
        private final Duration handshakeWithin;
        private Optional<Future<?>> patience = Optional.empty();

        private Secured(SslContext context, Duration handshakeWithin) {
            super(context);
            this.handshakeWithin = handshakeWithin;
        }

        /** Who says nothing at all is not waited for either: the handler's own time begins with the first bytes. */
        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            patience = Optional.of(context.executor()
                    .schedule(() -> context.close(), handshakeWithin.toMillis(), TimeUnit.MILLISECONDS));
        }

        @Override
        protected void handlerRemoved0(ChannelHandlerContext context) {
            patience.ifPresent(timer -> timer.cancel(false));
        }

        @Override
        protected SslHandler newSslHandler(ChannelHandlerContext context, SslContext tls) {
            var handler = super.newSslHandler(context, tls);
            handler.setHandshakeTimeoutMillis(handshakeWithin.toMillis());
            return handler;
        }

        @Override
        protected ChannelHandler newNonSslHandler(ChannelHandlerContext context) {
            return new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext plain, Object message) {
                    ReferenceCountUtil.release(message);
                    plain.writeAndFlush(Unpooled.wrappedBuffer(PLAIN)).addListener(ChannelFutureListener.CLOSE);
                }
            };
        }
    }
}
