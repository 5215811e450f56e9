package dev.steppe.proxy.control;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Listens at a unix socket for root and for the proxy's own user, and hands requests to the executor that owns the data
 * plane.
 */
public final class ControlServer implements AutoCloseable {
    private final Channel channel;
    private final Path path;

    /** What the proxy does when asked; called on the owner's executor. */
    public interface Actions {
        /** Applies the configuration file. Returns what could not be done. */
        List<String> apply() throws IOException;

        /** An encoded report. */
        byte[] report();

        void drain(long millisMax);
    }

    public ControlServer(Path path, EventLoopGroup group, boolean epoll, Executor owner, Actions actions)
            throws IOException {
        this.path = path;
        Files.deleteIfExists(path);
        int ownUser = epoll ? (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") : -1;
        SocketAddress address = epoll ? new DomainSocketAddress(path.toFile()) : UnixDomainSocketAddress.of(path);
        var bound = new ServerBootstrap()
                .group(group)
                .channelFactory(epoll ? EpollServerDomainSocketChannel::new : NioServerDomainSocketChannel::new)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel child) throws IOException {
                        if (mayAsk(child, ownUser)) {
                            child.pipeline()
                                    .addLast(
                                            new LengthFieldBasedFrameDecoder(
                                                    ControlOperation.REQUEST_BYTES_MAX, 0, 4, 0, 4),
                                            new LengthFieldPrepender(4),
                                            new Requests(owner, actions));
                        } else {
                            child.close();
                        }
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "cannot listen at " + path + ": " + bound.cause().getMessage(), bound.cause());
        }
        this.channel = bound.channel();
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    }

    private static boolean mayAsk(Channel child, int ownUser) throws IOException {
        if (child instanceof EpollDomainSocketChannel unix) {
            int user = unix.peerCredentials().uid();
            return user == 0 || user == ownUser;
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        channel.close().awaitUninterruptibly();
        Files.deleteIfExists(path);
    }

    /** One request after the other; each is answered. */
    private static final class Requests extends SimpleChannelInboundHandler<ByteBuf> {
        private final Executor owner;
        private final Actions actions;

        Requests(Executor owner, Actions actions) {
            this.owner = owner;
            this.actions = actions;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf request) {
            int code = request.isReadable() ? request.readByte() : -1;
            String argument = request.toString(StandardCharsets.UTF_8);
            owner.execute(() -> context.writeAndFlush(answer(code, argument)));
        }

        private ByteBuf answer(int code, String argument) {
            try {
                if (code < 0 || code >= ControlOperation.values().length) {
                    return failed("operation " + code + " is unknown to this proxy");
                }
                return switch (ControlOperation.values()[code]) {
                    case APPLY -> done(String.join("\n", actions.apply()).getBytes(StandardCharsets.UTF_8));
                    case REPORT -> done(actions.report());
                    case DRAIN -> {
                        actions.drain(Long.parseLong(argument));
                        yield done(new byte[0]);
                    }
                };
            } catch (IOException | IllegalArgumentException refused) {
                return failed(String.valueOf(refused.getMessage()));
            }
        }

        private static ByteBuf done(byte[] rest) {
            return Unpooled.wrappedBuffer(new byte[] {ControlOperation.DONE}, rest);
        }

        private static ByteBuf failed(String text) {
            return Unpooled.wrappedBuffer(new byte[] {ControlOperation.FAILED}, text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
