package dev.steppe.api.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts open connections and turns away what is over the limits. Safe for use from all event loops. */
final class Admission {
    private static final byte[] TURNED_AWAY = ("HTTP/1.1 429 Too Many Requests\r\n"
                    + "Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
                    + "too many open connections to this agent")
            .getBytes(StandardCharsets.UTF_8);

    private final Limits limits;
    private final AtomicInteger total = new AtomicInteger();
    private final ConcurrentHashMap<InetAddress, Integer> byAddress = new ConcurrentHashMap<>();

    Admission(Limits limits) {
        this.limits = limits;
    }

    /** True when the connection may stay; it is counted until it closes. Otherwise it is answered and closed. */
    boolean admit(Channel channel) {
        var remote = channel.remoteAddress();
        if (!count(remote)) {
            channel.writeAndFlush(Unpooled.wrappedBuffer(TURNED_AWAY)).addListener(ChannelFutureListener.CLOSE);
            return false;
        }
        channel.closeFuture().addListener(closed -> release(remote));
        return true;
    }

    private boolean count(SocketAddress remote) {
        if (total.incrementAndGet() > limits.connectionsMax()) {
            total.decrementAndGet();
            return false;
        }
        if (isCounted(remote) && remote instanceof InetSocketAddress address) {
            int mine = byAddress.merge(address.getAddress(), 1, Integer::sum);
            if (mine > limits.connectionsPerAddressMax()) {
                release(remote);
                return false;
            }
        }
        return true;
    }

    private void release(SocketAddress remote) {
        total.decrementAndGet();
        if (isCounted(remote) && remote instanceof InetSocketAddress address) {
            byAddress.computeIfPresent(address.getAddress(), (key, count) -> count == 1 ? null : count - 1);
        }
    }

    private static boolean isCounted(SocketAddress remote) {
        return remote instanceof InetSocketAddress address
                && address.getAddress() != null
                && !address.getAddress().isLoopbackAddress();
    }
}
