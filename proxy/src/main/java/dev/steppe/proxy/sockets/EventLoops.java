package dev.steppe.proxy.sockets;

import dev.steppe.proxy.Limits;
import dev.steppe.proxy.relay.RoomForHeader;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/** The threads of the data plane, and connections prepared with its limits: epoll where there is one, else NIO. */
public final class EventLoops implements AutoCloseable {
    private static final int KEEP_ALIVE_IDLE_SECONDS = 30;
    private static final int KEEP_ALIVE_INTERVAL_SECONDS = 10;
    private static final int KEEP_ALIVE_PROBES = 3;
    private static final int RECEIVE_INITIAL_BYTES = 4_096;

    private final Limits limits;
    private final boolean epoll = Epoll.isAvailable();
    private final EventLoopGroup group;

    public EventLoops(Limits limits) {
        this.limits = limits;
        this.group = new MultiThreadIoEventLoopGroup(
                limits.eventLoops(),
                new DefaultThreadFactory("proxy/loop", true),
                epoll ? SteadyEpoll.newFactory() : NioIoHandler.newFactory());
    }

    /** A listener of applications, its channel factory left open: buffers have room for frame headers, half-close is kept. */
    public ServerBootstrap applicationServer() {
        return server().childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, roomForHeader());
    }

    /** A listener of clients whose bytes are read as they are, its channel factory left open; half-close is kept. */
    public ServerBootstrap plainServer() {
        return server().childOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }

    /** A connection to an application whose bytes are read as they are, its channel factory left open. */
    public Bootstrap plainClient(EventLoop loop) {
        return client(loop);
    }

    /** A listener of other proxies, its channel factory left open. */
    public ServerBootstrap tunnelServer() {
        var server = server().childOption(ChannelOption.SO_KEEPALIVE, true);
        if (epoll) {
            server.childOption(EpollChannelOption.TCP_KEEPIDLE, KEEP_ALIVE_IDLE_SECONDS)
                    .childOption(EpollChannelOption.TCP_KEEPINTVL, KEEP_ALIVE_INTERVAL_SECONDS)
                    .childOption(EpollChannelOption.TCP_KEEPCNT, KEEP_ALIVE_PROBES);
        }
        return server;
    }

    /** A connection to an application, on that event loop, its channel factory left open. */
    public Bootstrap applicationClient(EventLoop loop) {
        return client(loop)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, roomForHeader());
    }

    /** A connection to another proxy, on that event loop. A dead peer is noticed within a minute. */
    public Bootstrap tunnelClient(EventLoop loop) {
        var client = client(loop).channelFactory(clientChannels()).option(ChannelOption.SO_KEEPALIVE, true);
        if (epoll) {
            client.option(EpollChannelOption.TCP_KEEPIDLE, KEEP_ALIVE_IDLE_SECONDS)
                    .option(EpollChannelOption.TCP_KEEPINTVL, KEEP_ALIVE_INTERVAL_SECONDS)
                    .option(EpollChannelOption.TCP_KEEPCNT, KEEP_ALIVE_PROBES);
        }
        return client;
    }

    /** Makes channels for connections out of the host's own network. */
    static ChannelFactory<Channel> clientChannels() {
        return Epoll.isAvailable() ? EpollSocketChannel::new : NioSocketChannel::new;
    }

    /** Makes channels for listeners in the host's own network. */
    static ChannelFactory<ServerChannel> serverChannels() {
        return Epoll.isAvailable() ? EpollServerSocketChannel::new : NioServerSocketChannel::new;
    }

    /** True where descriptors can be wrapped as channels. */
    public boolean epoll() {
        return epoll;
    }

    public EventLoopGroup group() {
        return group;
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }

    private ServerBootstrap server() {
        return new ServerBootstrap()
                .group(group)
                .option(ChannelOption.SO_BACKLOG, limits.backlog())
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark());
    }

    private Bootstrap client(EventLoop loop) {
        return new Bootstrap()
                .group(loop)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(limits.connectTimeout().toMillis()))
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark());
    }

    private WriteBufferWaterMark waterMark() {
        return new WriteBufferWaterMark(limits.writeLowBytes(), limits.writeHighBytes());
    }

    private RoomForHeader roomForHeader() {
        return new RoomForHeader(new AdaptiveRecvByteBufAllocator(512, RECEIVE_INITIAL_BYTES, limits.readBytesMax()));
    }
}
