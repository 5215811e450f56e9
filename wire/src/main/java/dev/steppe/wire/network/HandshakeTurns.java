package dev.steppe.wire.network;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Lets only so many handshakes of a listener be under way at a time; who comes meanwhile is held after its first words. When
 * thousands of nodes come back at once, those that are served are done soon. Served all together, each would take longer
 * than its node waits, and come again. Callable from any event loop.
 */
final class HandshakeTurns {
    /** Handshakes under way; a few dozen keep all processors busy. */
    private static final int MAX = 32;

    /** A handshake that takes longer does not keep others off: who says nothing costs nothing. */
    private static final Duration TURN = Duration.ofSeconds(1);
    /** One that was held for longer is given up by its node soon, or has been already. */
    private static final Duration HELD_MAX = Duration.ofSeconds(4);

    private final ArrayDeque<Gate> held = new ArrayDeque<>();
    private int underWay;

    /** Has the handshakes of a connection take their turn; to be called on its event loop, before it reads. */
    void begin(Channel channel, SslHandler tls) {
        var gate = new Gate(channel);
        channel.pipeline().addLast(gate, tls);
        tls.handshakeFuture().addListener(done -> gate.done());
    }

    private synchronized boolean enter(Gate gate) {
        if (underWay < MAX) {
            underWay++;
            return true;
        }
        held.addLast(gate);
        return false;
    }

    /** Who comes next after one that is done; it is under way then. */
    private synchronized Optional<Gate> next() {
        var next = Optional.ofNullable(held.pollFirst());
        if (next.isEmpty()) {
            underWay--;
        }
        return next;
    }

    private synchronized boolean forget(Gate gate) {
        return held.remove(gate);
    }

    /** Before the TLS of one connection. Everything runs on the connection's event loop. */
    private final class Gate extends ChannelInboundHandlerAdapter {
        private final Channel channel;
        private final ArrayDeque<Object> firstWords = new ArrayDeque<>();
        private Place place = Place.NEW;
        private long heldSince;

        Gate(Channel channel) {
            this.channel = channel;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object words) {
            if (place == Place.NEW && enter(this)) {
                begin();
            } else if (place == Place.NEW) {
                place = Place.HELD;
                heldSince = System.nanoTime();
                channel.config().setAutoRead(false);
            }
            if (place == Place.HELD) {
                firstWords.addLast(words);
            } else {
                context.fireChannelRead(words);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            // what comes after would ask for more to read
            if (place != Place.HELD) {
                context.fireChannelReadComplete();
            }
        }

        private void begin() {
            place = Place.UNDER_WAY;
            channel.eventLoop().schedule(this::done, TURN.toMillis(), TimeUnit.MILLISECONDS);
        }

        /** It is this connection's turn. */
        private void admit() {
            boolean late = System.nanoTime() - heldSince > HELD_MAX.toNanos();
            begin();
            if (late || !channel.isActive()) {
                drop();
                done();
                channel.close();
                return;
            }
            var context = channel.pipeline().context(this);
            for (var words = firstWords.poll(); words != null; words = firstWords.poll()) {
                context.fireChannelRead(words);
            }
            context.fireChannelReadComplete();
            channel.config().setAutoRead(true);
        }

        private void drop() {
            firstWords.forEach(ReferenceCountUtil::release);
            firstWords.clear();
        }

        /** The turn is over, however it ended. */
        private void done() {
            if (place == Place.UNDER_WAY) {
                place = Place.OVER;
                next().ifPresent(gate -> gate.channel.eventLoop().execute(gate::admit));
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (place == Place.HELD && forget(this)) {
                place = Place.OVER;
                drop();
            }
            done();
            context.fireChannelInactive();
        }
    }

    private enum Place {
        NEW,
        HELD,
        UNDER_WAY,
        OVER
    }
}
