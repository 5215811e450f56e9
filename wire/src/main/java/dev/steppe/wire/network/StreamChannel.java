package dev.steppe.wire.network;

import dev.steppe.io.Loop;
import dev.steppe.model.codec.CodecException;
import dev.steppe.wire.Link;
import dev.steppe.wire.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One end of a stream on a connection: frames of a length, a kind and bytes. An end that says nothing for long is taken
 * for gone; one that does not take what is sent to it is cut off; and who cannot keep up with what it is told is not read
 * from until it can.
 */
final class StreamChannel extends SimpleChannelInboundHandler<ByteBuf> implements Silences.Owner {
    /** The protocol's name in the handshake. */
    static final String PROTOCOL = "steppe-link/1";

    private static final int FRAME_BYTES_MAX = 64 << 20;
    private static final long UNSENT_BYTES_MAX = 128L << 20;
    private static final int LENGTH_BYTES = 4;
    private static final Duration SILENCE = Duration.ofSeconds(20);
    /** Twice before it is too late; longer than most nodes wait between heartbeats, which say the same. */
    private static final Duration SAY_SOMETHING = Duration.ofSeconds(9);
    /** Longer than that: whoever took a stream is asked, answers, and need not begin. */
    private static final Duration SAY_SOMETHING_UNASKED = Duration.ofSeconds(12);

    private static final int UNDELIVERED_MAX = 256;
    private static final byte MESSAGE = 1;
    private static final byte NOTICE = 2;

    private final Channel channel;
    private final Loop loop;
    private final Side side;
    private final Owner owner;
    private final AtomicInteger undelivered = new AtomicInteger();
    private final AtomicBoolean over = new AtomicBoolean();

    /** Who is told, on the loop. */
    interface Owner extends Link.End {
        void noticed(StreamNotice notice);
    }

    /** Who opened the stream asks now and then whether the other end is there, and who took it answers. */
    enum Side {
        OPENED,
        TAKEN;

        /** What notices silence on streams of this side. */
        Silences silences() {
            return new Silences(SILENCE, this == OPENED ? SAY_SOMETHING : SAY_SOMETHING_UNASKED);
        }
    }

    private StreamChannel(Channel channel, Loop loop, Side side, Owner owner) {
        this.channel = channel;
        this.loop = loop;
        this.side = side;
        this.owner = owner;
    }

    /** Makes a connection one end of a stream; to be called on the connection's event loop. */
    static StreamChannel on(Channel channel, Loop loop, Side side, Silences silences, Owner owner) {
        var stream = new StreamChannel(channel, loop, side, owner);
        channel.pipeline()
                .addLast(silences.of(channel.eventLoop(), stream))
                .addLast(new LengthFieldBasedFrameDecoder(FRAME_BYTES_MAX, 0, LENGTH_BYTES, 0, LENGTH_BYTES))
                .addLast(new LengthFieldPrepender(LENGTH_BYTES))
                .addLast(stream);
        return stream;
    }

    /** Encodes on the connection's own thread: who sends to many has them encoded side by side. */
    void send(Message message) {
        try {
            channel.eventLoop().execute(() -> write(MESSAGE, message.encode()));
        } catch (RejectedExecutionException closed) {
            end("the connection is closed");
        }
    }

    void tell(StreamNotice notice) {
        write(NOTICE, notice.encode());
    }

    private void write(byte kind, byte[] bytes) {
        if (bytes.length >= FRAME_BYTES_MAX) {
            end("a message of " + bytes.length + " bytes is too large");
            return;
        }
        channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {kind}, bytes));
        var unsent = channel.unsafe().outboundBuffer();
        if (unsent != null && unsent.totalPendingWriteBytes() > UNSENT_BYTES_MAX) {
            end("the other side does not take what is sent to it");
        }
    }

    /** Says goodbye and ends the stream. */
    void close(String reason) {
        if (!over.get()) {
            try {
                channel.eventLoop().execute(() -> sayGoodbye(reason));
            } catch (RejectedExecutionException closed) {
                // and so is the connection
            }
        }
        end(reason);
    }

    private void sayGoodbye(String reason) {
        channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {NOTICE}, new StreamNotice.Goodbye(reason).encode()))
                .addListener(ChannelFutureListener.CLOSE);
        // one that takes nothing is not waited for
        channel.eventLoop().schedule(() -> channel.close(), 1, TimeUnit.SECONDS);
    }

    /** The owner's last news. */
    private void end(String reason) {
        if (over.compareAndSet(false, true)) {
            loop.execute(() -> owner.closed(reason));
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) throws CodecException {
        if (over.get()) {
            return;
        }
        if (!frame.isReadable()) {
            throw new CodecException("an empty frame");
        }
        byte kind = frame.readByte();
        byte[] bytes = ByteBufUtil.getBytes(frame);
        switch (kind) {
            case MESSAGE -> {
                var message = Message.decode(bytes);
                deliver(() -> owner.received(message));
            }
            case NOTICE -> {
                var notice = StreamNotice.decode(bytes);
                switch (notice) {
                    case StreamNotice.Goodbye goodbye -> {
                        end(goodbye.reason());
                        context.close();
                    }
                    case StreamNotice.Alive alive -> {
                        if (side == Side.TAKEN) {
                            tell(alive);
                        }
                    }
                    default -> deliver(() -> owner.noticed(notice));
                }
            }
            default -> throw new CodecException("a frame of the unknown kind " + kind);
        }
    }

    private void deliver(Runnable news) {
        if (undelivered.incrementAndGet() >= UNDELIVERED_MAX) {
            channel.config().setAutoRead(false);
        }
        loop.execute(() -> {
            try {
                if (!over.get()) {
                    news.run();
                }
            } finally {
                if (undelivered.decrementAndGet() == UNDELIVERED_MAX / 2) {
                    channel.config().setAutoRead(true);
                }
            }
        });
    }

    @Override
    public void saysNothing() {
        tell(new StreamNotice.Alive());
    }

    @Override
    public void hearsNothing() {
        // else it is this end that does not listen
        if (channel.config().isAutoRead()) {
            end("nothing was heard from the other side for " + SILENCE.toSeconds() + " s");
            channel.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end("the connection broke");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        end(TlsContexts.reason(cause));
        context.close();
    }
}
