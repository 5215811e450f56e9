package dev.steppe.api.dns;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Passes questions on to the machine's resolvers, one after the other until one answers, and their answers back as they
 * are. Equal questions wait together, so a resolver that sends a question back to us ends in a timeout and not in a
 * circle. Each try has a socket and an id of its own, so that answers are hard to forge. Lives on one event loop.
 */
final class Forwarder {
    private static final int MESSAGE_BYTES_MAX = 65_535;
    private static final int SERVER_FAILURE = 2;

    private final EventLoop loop;
    private final Upstreams upstreams;
    private final DnsLimits limits;
    private final RandomGenerator random;
    private final Map<String, Pending> pending = new HashMap<>();

    Forwarder(EventLoop loop, Upstreams upstreams, DnsLimits limits, RandomGenerator random) {
        this.loop = loop;
        this.upstreams = upstreams;
        this.limits = limits;
        this.random = random;
    }

    /** True when there is anybody to ask. */
    boolean isPossible() {
        return !upstreams.list().isEmpty();
    }

    /** How many different questions are on their way. */
    int outstanding() {
        return pending.size();
    }

    /** A question on its way, and who waits for its answer. */
    private static final class Pending {
        private final String key;
        private final byte[] message;
        private final boolean stream;
        private final List<InetSocketAddress> left;
        private final Map<Consumer<Optional<byte[]>>, Integer> askers = new HashMap<>();
        private Optional<byte[]> lastFailure = Optional.empty();
        private int attempt;

        private Pending(String key, byte[] message, boolean stream, List<InetSocketAddress> upstreams) {
            this.key = key;
            this.message = message;
            this.stream = stream;
            this.left = new ArrayList<>(upstreams);
        }
    }

    /** Asks; the answer (empty when there is none) comes on the event loop. */
    void ask(DnsQuery query, byte[] message, boolean stream, Consumer<Optional<byte[]>> then) {
        var key = (stream ? "t" : "u") + new String(message, 2, message.length - 2, StandardCharsets.ISO_8859_1);
        var known = Optional.ofNullable(pending.get(key));
        if (known.isPresent()) {
            if (known.get().askers.size() >= limits.joinedMax()) {
                then.accept(Optional.empty());
            } else {
                known.get().askers.put(then, query.id());
            }
            return;
        }
        if (pending.size() >= limits.forwardedMax()) {
            then.accept(Optional.empty());
            return;
        }
        var asked = new Pending(key, message.clone(), stream, upstreams.list());
        asked.askers.put(then, query.id());
        pending.put(key, asked);
        tryNext(asked);
    }

    private void tryNext(Pending asked) {
        if (asked.left.isEmpty()) {
            finish(asked, asked.lastFailure);
            return;
        }
        var upstream = asked.left.removeFirst();
        int attempt = ++asked.attempt;
        int id = random.nextInt(0x10000);
        asked.message[0] = (byte) (id >> 8);
        asked.message[1] = (byte) id;
        var bootstrap = new Bootstrap().group(loop);
        if (asked.stream) {
            bootstrap.channel(NioSocketChannel.class).handler(new StreamTry(asked, attempt));
        } else {
            bootstrap.channel(NioDatagramChannel.class).handler(new DatagramTry(asked, attempt));
        }
        var connecting = bootstrap.connect(upstream);
        connecting.addListener(connected -> {
            if (connected.isSuccess()) {
                connecting.channel().writeAndFlush(Unpooled.copiedBuffer(asked.message));
            } else {
                failed(asked, attempt);
            }
        });
        loop.schedule(
                () -> {
                    connecting.channel().close();
                    failed(asked, attempt);
                },
                limits.upstreamTimeout().toNanos(),
                TimeUnit.NANOSECONDS);
    }

    private void failed(Pending asked, int attempt) {
        if (pending.get(asked.key) == asked && asked.attempt == attempt) {
            tryNext(asked);
        }
    }

    /** An answer came: used when it is to this very question, and tried elsewhere when the resolver failed. */
    private void answered(Pending asked, int attempt, byte[] answer, Channel from) {
        if (pending.get(asked.key) != asked || asked.attempt != attempt || !isAnswer(asked.message, answer)) {
            return;
        }
        from.close();
        if ((answer[3] & 0xf) == SERVER_FAILURE && !asked.left.isEmpty()) {
            asked.lastFailure = Optional.of(answer);
            tryNext(asked);
            return;
        }
        finish(asked, Optional.of(answer));
    }

    /** Same id, a response, and the same question byte for byte. */
    private static boolean isAnswer(byte[] question, byte[] answer) {
        if (answer.length < DnsQuery.HEADER_BYTES || (answer[2] & 0x80) == 0) {
            return false;
        }
        int end = questionEnd(question);
        return answer[0] == question[0]
                && answer[1] == question[1]
                && end <= answer.length
                && DnsQuery.word(answer, 4) == 1
                && Arrays.equals(question, DnsQuery.HEADER_BYTES, end, answer, DnsQuery.HEADER_BYTES, end);
    }

    private static int questionEnd(byte[] question) {
        int at = DnsQuery.HEADER_BYTES;
        while (question[at] != 0) {
            at += (question[at] & 0xff) + 1;
        }
        return at + 5;
    }

    private void finish(Pending asked, Optional<byte[]> answer) {
        pending.remove(asked.key);
        asked.askers.forEach((then, id) -> then.accept(answer.map(bytes -> {
            var mine = bytes.clone();
            mine[0] = (byte) (id >> 8);
            mine[1] = (byte) (int) id;
            return mine;
        })));
    }

    private final class DatagramTry extends SimpleChannelInboundHandler<DatagramPacket> {
        private final Pending asked;
        private final int attempt;

        private DatagramTry(Pending asked, int attempt) {
            this.asked = asked;
            this.attempt = attempt;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            answered(asked, attempt, ByteBufUtil.getBytes(packet.content()), context.channel());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // Nobody listens there (ICMP): no need to wait for the timeout.
            context.close();
            failed(asked, attempt);
        }
    }

    private final class StreamTry extends ChannelInitializer<Channel> {
        private final Pending asked;
        private final int attempt;

        private StreamTry(Pending asked, int attempt) {
            this.asked = asked;
            this.attempt = attempt;
        }

        @Override
        protected void initChannel(Channel channel) {
            channel.pipeline()
                    .addLast(new LengthFieldBasedFrameDecoder(MESSAGE_BYTES_MAX, 0, 2, 0, 2))
                    .addLast(new LengthFieldPrepender(2))
                    .addLast(new SimpleChannelInboundHandler<ByteBuf>() {
                        @Override
                        protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
                            answered(asked, attempt, ByteBufUtil.getBytes(message), context.channel());
                        }

                        @Override
                        public void channelInactive(ChannelHandlerContext context) {
                            failed(asked, attempt);
                        }

                        @Override
                        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                            context.close();
                        }
                    });
        }
    }
}
