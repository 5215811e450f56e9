package dev.steppe.proxy.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;

/**
 * The plain TCP connection of an application on this node, the last handler of its pipeline. Half-close is kept apart from
 * close. Owned by its event loop.
 */
public final class ApplicationConnection extends ChannelInboundHandlerAdapter {
    private final Channel channel;
    private ApplicationUser user;
    private boolean ended;

    public ApplicationConnection(Channel channel, ApplicationUser first) {
        this.channel = channel;
        this.user = first;
    }

    public void use(ApplicationUser next) {
        user = next;
    }

    public EventLoop eventLoop() {
        return channel.eventLoop();
    }

    public boolean isWritable() {
        return channel.isWritable();
    }

    public void readFreely(boolean freely) {
        if (channel.config().isAutoRead() != freely) {
            channel.config().setAutoRead(freely);
        }
    }

    /** Takes ownership. Nothing leaves before {@link #flush()}. */
    public void send(ByteBuf bytes) {
        channel.write(bytes, channel.voidPromise());
    }

    public void flush() {
        channel.flush();
    }

    /** Tells the application, after what was sent, that nothing more comes. */
    public void endOutput() {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(future -> {
            if (future.isSuccess() && channel instanceof DuplexChannel duplex && duplex.isActive()) {
                duplex.shutdownOutput();
            }
        });
    }

    /** Closes after what was sent. */
    public void close() {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /** Closes with a reset, so that the application cannot take lost bytes for the regular end. */
    public void abort() {
        if (channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        user.applicationData((ByteBuf) message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        user.applicationReadComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        user.applicationWritabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event instanceof ChannelInputShutdownEvent && !ended) {
            ended = true;
            user.applicationEnded();
        }
        super.userEventTriggered(context, event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        abort();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        user.applicationClosed();
        super.channelInactive(context);
    }
}
