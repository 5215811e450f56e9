package dev.steppe.wire.network;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Notices which connections have heard or said nothing for long. All connections of an event loop share one timer: ten thousand
 * timers, one or two for each connection, never let a loop sleep. Safe for use from any thread.
 */
final class Silences {
    /** Between two looks at a loop's connections: so many that fall due together are dealt with in one go, and not too many. */
    private static final long STEP_NANOS = Duration.ofMillis(10).toNanos();

    private final long heardNanos;
    private final long saidNanos;
    private final ConcurrentHashMap<EventLoop, Watch> watches = new ConcurrentHashMap<>();

    /** A connection is told of hearing nothing for so long, and of saying nothing for so long; and again after as long. */
    Silences(Duration heard, Duration said) {
        heardNanos = heard.toNanos();
        saidNanos = said.toNanos();
    }

    /** Who is told, on the connection's event loop. */
    interface Owner {
        void hearsNothing();

        void saysNothing();
    }

    /** What a connection of this event loop has in its pipeline for this; to be called on the event loop. */
    ChannelHandler of(EventLoop loop, Owner owner) {
        return new Connection(watches.computeIfAbsent(loop, Watch::new), owner);
    }

    /** The connections of one event loop, and owned by it. */
    private final class Watch {
        private final EventLoop loop;
        private final Waiting heard = new Waiting(heardNanos, connection -> connection.owner.hearsNothing());
        private final Waiting said = new Waiting(saidNanos, connection -> connection.owner.saysNothing());
        private boolean looking;

        Watch(EventLoop loop) {
            this.loop = loop;
        }

        long now() {
            return loop.ticker().nanoTime();
        }

        void begin(Connection connection) {
            long now = now();
            heard.since(connection, now);
            said.since(connection, now);
            lookLater(now);
        }

        /** What is still written to it is not heard of any more. */
        void end(Connection connection) {
            connection.over = true;
            heard.forget(connection);
            said.forget(connection);
        }

        private void lookLater(long now) {
            if (looking || heard.isEmpty()) {
                return;
            }
            looking = true;
            long wait = Math.max(Math.min(heard.nextIn(now), said.nextIn(now)), STEP_NANOS);
            loop.schedule(this::look, wait, TimeUnit.NANOSECONDS);
        }

        private void look() {
            looking = false;
            long now = now();
            try {
                heard.tell(now);
                said.tell(now);
            } finally {
                lookLater(now);
            }
        }
    }

    /** Connections in the order in which they were last active, so that whoever is due comes first. */
    private static final class Waiting {
        private final long nanos;
        private final Consumer<Connection> due;
        private final LinkedHashMap<Connection, Long> since = new LinkedHashMap<>();

        Waiting(long nanos, Consumer<Connection> due) {
            this.nanos = nanos;
            this.due = due;
        }

        boolean isEmpty() {
            return since.isEmpty();
        }

        void since(Connection connection, long now) {
            if (!connection.over) {
                since.putLast(connection, now);
            }
        }

        void forget(Connection connection) {
            since.remove(connection);
        }

        long nextIn(long now) {
            return since.firstEntry().getValue() + nanos - now;
        }

        /** Whoever is told is active now. */
        void tell(long now) {
            while (!since.isEmpty() && nextIn(now) <= 0) {
                var connection = since.firstEntry().getKey();
                since(connection, now);
                due.accept(connection);
            }
        }
    }

    /** Sees what goes through one connection. */
    private static final class Connection extends ChannelDuplexHandler {
        private final Watch watch;
        private final Owner owner;
        private boolean over;

        private Connection(Watch watch, Owner owner) {
            this.watch = watch;
            this.owner = owner;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            if (context.channel().isActive()) {
                watch.begin(this);
            } else {
                watch.end(this);
            }
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            watch.end(this);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            watch.heard.since(this, watch.now());
            context.fireChannelRead(message);
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            watch.said.since(this, watch.now());
            context.write(message, promise);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            watch.end(this);
            context.fireChannelInactive();
        }
    }
}
