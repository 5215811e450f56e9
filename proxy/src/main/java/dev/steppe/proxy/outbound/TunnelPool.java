package dev.steppe.proxy.outbound;

import dev.steppe.mesh.configuration.Address;
import dev.steppe.proxy.Limits;
import dev.steppe.proxy.tunnel.Refused;
import dev.steppe.proxy.tunnel.Tunnel;
import dev.steppe.proxy.tunnel.TunnelUser;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tunnels without a call, kept for the next one: a call then costs no handshake. Each event loop has its own, so nothing is
 * locked; every method but {@link #clear} is called on the tunnel's loop.
 */
final class TunnelPool {
    private final Limits limits;
    private final Map<EventLoop, Map<String, IdleTunnels>> loops = new ConcurrentHashMap<>();
    private final AtomicInteger generation = new AtomicInteger();

    TunnelPool(Limits limits) {
        this.limits = limits;
    }

    /** Identifies the leaf a new tunnel is made with; a tunnel of an older generation is not kept. */
    int generation() {
        return generation.get();
    }

    Optional<Tunnel> take(EventLoop loop, Address endpoint) {
        return idle(loop, endpoint).take();
    }

    void give(Tunnel tunnel, Address endpoint, int generationOfTunnel) {
        var idle = idle(tunnel.eventLoop(), endpoint);
        var entry = new Idle(tunnel, idle, System.nanoTime());
        tunnel.use(entry);
        tunnel.readFreely(true);
        if (tunnel.framed() && tunnel.isOpen() && generationOfTunnel == generation.get()) {
            idle.add(entry, limits);
        } else {
            tunnel.close();
        }
    }

    /** Closes what is idle; what is in use is closed when it comes back. Callable from any thread. */
    void clear() {
        generation.incrementAndGet();
        loops.forEach(
                (loop, byEndpoint) -> loop.execute(() -> byEndpoint.values().forEach(IdleTunnels::closeAll)));
    }

    private IdleTunnels idle(EventLoop loop, Address endpoint) {
        return loops.computeIfAbsent(loop, key -> new TreeMap<>())
                .computeIfAbsent(endpoint.toString(), key -> new IdleTunnels());
    }

    /** The idle tunnels to one endpoint on one loop, longest idle first. */
    private static final class IdleTunnels {
        private final Deque<Idle> tunnels = new ArrayDeque<>();
        private boolean sweepPlanned;

        Optional<Tunnel> take() {
            while (!tunnels.isEmpty()) {
                Tunnel last = tunnels.removeLast().tunnel;
                if (last.isOpen()) {
                    return Optional.of(last);
                }
            }
            return Optional.empty();
        }

        void add(Idle entry, Limits limits) {
            tunnels.addLast(entry);
            if (tunnels.size() > limits.idleTunnels()) {
                tunnels.removeFirst().tunnel.close();
            }
            planSweep(entry.tunnel.eventLoop(), limits);
        }

        private void planSweep(EventLoop loop, Limits limits) {
            if (!sweepPlanned) {
                sweepPlanned = true;
                long millis = limits.tunnelIdle().toMillis();
                loop.schedule(() -> sweep(loop, limits), millis, TimeUnit.MILLISECONDS);
            }
        }

        private void sweep(EventLoop loop, Limits limits) {
            sweepPlanned = false;
            long oldest = System.nanoTime() - limits.tunnelIdle().toNanos();
            while (!tunnels.isEmpty() && tunnels.getFirst().sinceNanos - oldest <= 0) {
                tunnels.removeFirst().tunnel.close();
            }
            if (!tunnels.isEmpty()) {
                planSweep(loop, limits);
            }
        }

        void closeAll() {
            while (!tunnels.isEmpty()) {
                tunnels.removeLast().tunnel.close();
            }
        }
    }

    /** The user of an idle tunnel: whatever the peer says now, the tunnel is not kept. */
    private record Idle(Tunnel tunnel, IdleTunnels siblings, long sinceNanos) implements TunnelUser {
        private void drop() {
            siblings.tunnels.remove(this);
            tunnel.close();
        }

        @Override
        public void data(ByteBuf bytes) {
            bytes.release();
            drop();
        }

        @Override
        public void ended() {
            drop();
        }

        @Override
        public void reset(Refused reason) {
            drop();
        }

        @Override
        public void closed(Throwable cause) {
            drop();
        }

        @Override
        public void unexpected(String frame) {
            drop();
        }
    }
}
