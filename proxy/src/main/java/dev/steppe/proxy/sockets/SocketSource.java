package dev.steppe.proxy.sockets;

import dev.steppe.mesh.configuration.Address;
import dev.steppe.mesh.configuration.NetworkNamespace;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.util.function.Consumer;

/** Where sockets inside and outside of network namespaces come from. Safe for use from any thread. */
public interface SocketSource extends AutoCloseable {

    /** Opens a listener, or takes over the one that exists under this key. Blocks; not for event loops. */
    Channel listen(ServerBootstrap bootstrap, Listening listening) throws IOException;

    /** Gives a listener up for good. Its channel is closed by the caller. */
    void release(String key);

    /** All listeners that are to exist were opened: gives those up that a predecessor left. */
    void sweep();

    /** Connects from inside the namespace; the outcome comes on the bootstrap's event loop. */
    void connect(Bootstrap bootstrap, NetworkNamespace namespace, Address target, Consumer<ChannelFuture> then);

    @Override
    void close();

    /** A listener that is wanted; the key stays the same over restarts of the proxy. */
    record Listening(String key, NetworkNamespace namespace, Address address, int backlog) {}
}
