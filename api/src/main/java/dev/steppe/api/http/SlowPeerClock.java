package dev.steppe.api.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection whose peer sends a request too slowly, sends none, or does not take its answer. Lives on the
 * connection's event loop; one timer per connection.
 */
final class SlowPeerClock extends ChannelInboundHandlerAdapter {
    private final Limits limits;
    private final long periodNanos;
    private Phase phase = Phase.IDLE;
    private long phaseSinceNanos = System.nanoTime();
    private long unwritableSinceNanos = -1;
    private Optional<Future<?>> timer = Optional.empty();

    /** What the connection waits for. */
    private enum Phase {
        IDLE,
        READING,
        ANSWERING
    }

    SlowPeerClock(Limits limits) {
        this.limits = limits;
        var shortest = shorter(limits.requestTimeout(), shorter(limits.idleTimeout(), limits.writeTimeout()));
        // A quarter of the shortest limit is exact enough and cheap: one wake-up per connection in ten seconds.
        this.periodNanos = Math.max(TimeUnit.MILLISECONDS.toNanos(20), shortest.toNanos() / 4);
    }

    private static Duration shorter(Duration one, Duration two) {
        return one.compareTo(two) < 0 ? one : two;
    }

    /** A whole request is here; its answer is being made. */
    void answering() {
        enter(Phase.ANSWERING);
    }

    /** The last answer was written. */
    void idle() {
        enter(Phase.IDLE);
    }

    private void enter(Phase next) {
        phase = next;
        phaseSinceNanos = System.nanoTime();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        timer = Optional.of(context.executor()
                .scheduleWithFixedDelay(() -> check(context), periodNanos, periodNanos, TimeUnit.NANOSECONDS));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (phase == Phase.IDLE) {
            enter(Phase.READING);
        }
        context.fireChannelRead(message);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        unwritableSinceNanos = context.channel().isWritable() ? -1 : System.nanoTime();
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        timer.ifPresent(pending -> pending.cancel(false));
        context.fireChannelInactive();
    }

    private void check(ChannelHandlerContext context) {
        long now = System.nanoTime();
        long inPhase = now - phaseSinceNanos;
        boolean tooLong = switch (phase) {
            case IDLE -> inPhase > limits.idleTimeout().toNanos();
            case READING -> inPhase > limits.requestTimeout().toNanos();
            case ANSWERING -> false;
        };
        boolean stalled = unwritableSinceNanos >= 0
                && now - unwritableSinceNanos > limits.writeTimeout().toNanos();
        if (tooLong || stalled) {
            context.close();
        }
    }
}
