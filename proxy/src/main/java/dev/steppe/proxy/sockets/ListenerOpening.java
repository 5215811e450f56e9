package dev.steppe.proxy.sockets;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import java.io.IOException;

/** Opens one listening socket for a prepared bootstrap. */
@FunctionalInterface
public interface ListenerOpening {
    Channel open(ServerBootstrap bootstrap) throws IOException;
}
