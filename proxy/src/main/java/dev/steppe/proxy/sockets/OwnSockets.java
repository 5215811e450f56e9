package dev.steppe.proxy.sockets;

import dev.steppe.mesh.configuration.Address;
import dev.steppe.mesh.configuration.NetworkNamespace;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.util.function.Consumer;

/** Sockets this process opens itself: host networking, no root, or a platform without namespaces. */
public final class OwnSockets implements SocketSource {

    @Override
    public Channel listen(ServerBootstrap bootstrap, Listening listening) throws IOException {
        checkHost(listening.namespace());
        ChannelFuture bound = bootstrap
                .channelFactory(EventLoops.serverChannels())
                .bind(listening.address().toSocketAddress())
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "cannot listen on " + listening.address() + ": "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        return bound.channel();
    }

    @Override
    public void release(String key) {}

    @Override
    public void sweep() {}

    @Override
    public void connect(Bootstrap bootstrap, NetworkNamespace namespace, Address target, Consumer<ChannelFuture> then) {
        checkHost(namespace);
        connectFromHost(bootstrap, target, then);
    }

    @Override
    public void close() {}

    /** A connection that needs no namespace. */
    public static void connectFromHost(Bootstrap bootstrap, Address target, Consumer<ChannelFuture> then) {
        bootstrap
                .channelFactory(EventLoops.clientChannels())
                .connect(target.toSocketAddress())
                .addListener((ChannelFuture future) -> then.accept(future));
    }

    private static void checkHost(NetworkNamespace namespace) {
        if (!(namespace instanceof NetworkNamespace.Host)) {
            throw new IllegalStateException("this proxy runs without a socket broker and cannot enter " + namespace);
        }
    }
}
