package dev.steppe.proxy.tunnel;

import dev.steppe.mesh.configuration.SpiffeId;
import dev.steppe.proxy.identity.PeerVerifier;
import dev.steppe.proxy.identity.TlsIdentity;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * One TLS connection between two proxies, of either side, after the TLS handler of its pipeline. Speaks {@code steppe/1}
 * when both sides do, else carries one call as plain bytes. Owned by its event loop; it always has exactly one user.
 */
public final class Tunnel extends ChannelInboundHandlerAdapter {
    private final PeerVerifier verifier;
    private final boolean caller;
    private final FrameReader reader = new FrameReader();
    private final Frames frames = new Frames();
    private final Channel channel;
    private TunnelUser user;
    private Optional<SpiffeId> peer = Optional.empty();
    private Throwable cause = new ClosedChannelException();
    private boolean framed;
    private boolean open = true;
    private boolean endedPlain;

    public Tunnel(Channel channel, PeerVerifier verifier, boolean caller, TunnelUser first) {
        this.channel = channel;
        this.verifier = verifier;
        this.caller = caller;
        this.user = first;
    }

    /** Hands everything that follows to another user. */
    public void use(TunnelUser next) {
        user = next;
    }

    public EventLoop eventLoop() {
        return channel.eventLoop();
    }

    /** Who is on the other side. Only after {@link TunnelUser#ready}. */
    public SpiffeId peer() {
        return peer.orElseThrow(() -> new IllegalStateException("the handshake is not over"));
    }

    /** Where the other side is, for messages. */
    public String remoteAddress() {
        return String.valueOf(channel.remoteAddress());
    }

    /** False for a peer that is no proxy of ours: one call, no reasons, closed afterwards. */
    public boolean framed() {
        return framed;
    }

    /** False once it is being closed. */
    public boolean isOpen() {
        return open;
    }

    public boolean isWritable() {
        return channel.isWritable();
    }

    public void readFreely(boolean freely) {
        if (channel.config().isAutoRead() != freely) {
            channel.config().setAutoRead(freely);
        }
    }

    // What a user sends. Nothing leaves before flush().

    public void open(String allocation) {
        if (framed) {
            byte[] utf8 = allocation.getBytes(StandardCharsets.UTF_8);
            frame(Protocol.OPEN, Unpooled.wrappedBuffer(utf8));
        }
    }

    public void accept() {
        if (framed) {
            frame(Protocol.ACCEPT, Unpooled.EMPTY_BUFFER);
        }
    }

    public void refuse(Refused refused) {
        if (framed) {
            frame(Protocol.REFUSE, payload(refused));
        } else {
            close();
        }
    }

    /** The buffer starts with {@link Protocol#HEADER_BYTES} bytes of room, the application's bytes follow. Takes ownership. */
    public void send(ByteBuf withRoom) {
        int at = withRoom.readerIndex();
        if (framed) {
            withRoom.setInt(at, Protocol.DATA << 24 | (withRoom.readableBytes() - Protocol.HEADER_BYTES));
        } else {
            withRoom.readerIndex(at + Protocol.HEADER_BYTES);
        }
        channel.write(withRoom, channel.voidPromise());
    }

    public void end() {
        if (framed) {
            frame(Protocol.END, Unpooled.EMPTY_BUFFER);
        } else {
            channel.pipeline().get(SslHandler.class).closeOutbound();
        }
    }

    /** Gives a call up, saying why, and closes the tunnel. */
    public void resetAndClose(Refused reason) {
        if (framed && open) {
            frame(Protocol.RESET, payload(reason));
        }
        close();
    }

    public void flush() {
        channel.flush();
    }

    /** Closes after what was sent. The user is told once it happened. */
    public void close() {
        if (open) {
            open = false;
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** Closes, and its present user hears no more of it. */
    public void discard() {
        user = new Nobody();
        close();
    }

    private void frame(int type, ByteBuf payload) {
        int length = payload.readableBytes();
        ByteBuf frame = channel.alloc().directBuffer(Protocol.HEADER_BYTES + length);
        frame.writeInt(type << 24 | length).writeBytes(payload);
        payload.release();
        channel.write(frame, channel.voidPromise());
    }

    private ByteBuf payload(Refused refused) {
        ByteBuf payload = channel.alloc().buffer(256);
        refused.write(payload);
        return payload;
    }

    // What arrives.

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws ProtocolException {
        var bytes = (ByteBuf) message;
        if (framed) {
            reader.read(bytes, frames);
        } else if (open && peer.isPresent()) {
            user.data(bytes);
        } else {
            bytes.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        user.readComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        user.writabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                shakenHands(context);
            } else {
                cause = handshake.cause();
            }
        } else if (event instanceof SslCloseCompletionEvent close && close.isSuccess() && peer.isPresent() && !framed) {
            endPlain();
        }
        super.userEventTriggered(context, event);
    }

    private void shakenHands(ChannelHandlerContext context) {
        var ssl = context.pipeline().get(SslHandler.class);
        framed = TlsIdentity.PROTOCOL.equals(ssl.applicationProtocol());
        try {
            peer = Optional.of(verifier.identityOf(ssl.engine().getSession(), !caller));
        } catch (SSLException refused) {
            cause = refused;
            close();
            return;
        }
        user.ready(this);
    }

    private void endPlain() {
        if (!endedPlain) {
            endedPlain = true;
            user.ended();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) {
        cause = thrown instanceof DecoderException decoder && decoder.getCause() != null ? decoder.getCause() : thrown;
        open = false;
        context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        open = false;
        user.closed(cause);
        super.channelInactive(context);
    }

    /** The words of the innermost verdict on a certificate, else those of the failure itself. */
    public static String reason(Throwable failure) {
        String words = String.valueOf(failure.getMessage());
        for (Throwable inner = failure; inner != null; inner = inner.getCause()) {
            if (inner instanceof CertificateException) {
                return String.valueOf(inner.getMessage());
            }
        }
        return words;
    }

    /** True for a failure that TLS is the reason of: a certificate not trusted, an alert, bytes that are no TLS. */
    public static boolean isTrustFailure(Throwable cause) {
        return cause instanceof SSLException && !(cause.getCause() instanceof IOException);
    }

    /** Frames, told to whoever uses the tunnel when they arrive. */
    private final class Frames implements FrameReader.Sink {
        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void data(ByteBuf payload) {
            user.data(payload);
        }

        @Override
        public void control(int type, ByteBuf payload) throws ProtocolException {
            switch (type) {
                case Protocol.OPEN -> user.opened(payload.toString(StandardCharsets.UTF_8));
                case Protocol.ACCEPT -> user.accepted();
                case Protocol.REFUSE -> user.refused(Refused.read(payload));
                case Protocol.END -> user.ended();
                case Protocol.RESET -> {
                    var reason = Refused.read(payload);
                    open = false;
                    channel.close();
                    user.reset(reason);
                }
                default -> throw new ProtocolException("a frame of the unknown type " + type);
            }
        }
    }
}
