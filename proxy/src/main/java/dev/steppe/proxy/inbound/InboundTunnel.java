package dev.steppe.proxy.inbound;

import dev.steppe.mesh.configuration.Address;
import dev.steppe.mesh.configuration.IntentionPolicy.Decision;
import dev.steppe.mesh.configuration.ProxyReport.Cause;
import dev.steppe.proxy.relay.ApplicationConnection;
import dev.steppe.proxy.relay.ApplicationUser;
import dev.steppe.proxy.relay.Relay;
import dev.steppe.proxy.tunnel.Refused;
import dev.steppe.proxy.tunnel.Tunnel;
import dev.steppe.proxy.tunnel.TunnelUser;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The destination's side of one tunnel. Its states: shaking hands -> idle -> connecting (to the service) -> relaying -> idle;
 * or idle -> refused (until the caller ended) -> idle. Owned by the tunnel's event loop.
 */
final class InboundTunnel implements TunnelUser {
    private enum State {
        SHAKING_HANDS,
        IDLE,
        CONNECTING,
        RELAYING,
        REFUSED,
        CLOSED
    }

    private final InboundListener listener;
    private final Channel acceptor;
    private final Deque<ByteBuf> early = new ArrayDeque<>();
    private Optional<Tunnel> tunnel = Optional.empty();
    private Optional<Relay> relay = Optional.empty();
    private Optional<ApplicationConnection> application = Optional.empty();
    private Optional<Future<?>> idleCheck = Optional.empty();
    private State state = State.SHAKING_HANDS;
    private boolean callerEnded;

    InboundTunnel(InboundListener listener, Channel acceptor) {
        this.listener = listener;
        this.acceptor = acceptor;
    }

    void attach(Tunnel made) {
        tunnel = Optional.of(made);
    }

    @Override
    public void ready(Tunnel made) {
        state = State.IDLE;
        if (made.framed()) {
            watchIdle();
        } else {
            opened("");
        }
    }

    @Override
    public void opened(String allocation) {
        if (state != State.IDLE) {
            unexpected("OPEN");
            return;
        }
        idleCheck.ifPresent(check -> check.cancel(false));
        callerEnded = false;
        denial().ifPresentOrElse(this::refuse, this::connect);
    }

    private Optional<Refused> denial() {
        String source = tunnel().peer().service();
        return switch (listener.inbound().policy().decide(source)) {
            case Decision.Allowed allowed -> Optional.empty();
            case Decision.Denied denied ->
                Optional.of(new Refused(
                        Cause.DENIED,
                        source,
                        listener.owner().service(),
                        denied.rule(),
                        denied.remedy(source, listener.owner().service())));
        };
    }

    private void refuse(Refused refused) {
        state = State.REFUSED;
        listener.refused(refused);
        tunnel().refuse(refused);
        tunnel().flush();
        if (callerEnded) {
            idle();
        } else {
            watchIdle();
        }
    }

    private void connect() {
        state = State.CONNECTING;
        tunnel().readFreely(false);
        listener.traffic().begun();
        Address target = listener.inbound().target();
        var bootstrap = listener.context()
                .loops()
                .applicationClient(tunnel().eventLoop())
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.config().setAutoRead(false);
                        var connection = new ApplicationConnection(channel, new NotYetRelaying());
                        application = Optional.of(connection);
                        channel.pipeline().addLast(connection);
                    }
                });
        listener.context()
                .sockets()
                .connect(bootstrap, listener.owner().namespace(), target, future -> connected(future, target));
    }

    private void connected(ChannelFuture future, Address target) {
        if (state != State.CONNECTING) {
            application.ifPresent(ApplicationConnection::abort);
            return;
        }
        if (!future.isSuccess() || !future.channel().isActive()) {
            listener.traffic().over();
            application = Optional.empty();
            releaseEarly();
            tunnel().readFreely(true);
            refuse(new Refused(
                    Cause.APPLICATION_DOWN,
                    tunnel().peer().service(),
                    listener.owner().service(),
                    listener.owner().service() + " of allocation "
                            + listener.owner().allocationId()
                            + " does not answer on " + target + ": "
                            + (future.isSuccess() ? "hung up" : future.cause().getMessage()),
                    ""));
            return;
        }
        state = State.RELAYING;
        tunnel().accept();
        tunnel().flush();
        var made = new Relay(
                application.orElseThrow(),
                tunnel(),
                listener.traffic(),
                listener.context().limits().halfClosedIdle(),
                new Ending());
        relay = Optional.of(made);
        made.begin(Relay.Before.OPEN);
        while (!early.isEmpty()) {
            made.data(early.remove());
        }
        made.readComplete();
        if (callerEnded) {
            made.ended();
        }
    }

    @Override
    public void data(ByteBuf bytes) {
        switch (state) {
            case CONNECTING -> early.add(bytes);
            case REFUSED, CLOSED -> bytes.release();
            case SHAKING_HANDS, IDLE, RELAYING -> {
                bytes.release();
                unexpected("DATA");
            }
        }
    }

    @Override
    public void ended() {
        callerEnded = true;
        switch (state) {
            case REFUSED -> idle();
            case CONNECTING, CLOSED -> {}
            case SHAKING_HANDS, IDLE, RELAYING -> unexpected("END");
        }
    }

    @Override
    public void reset(Refused reason) {
        leave();
    }

    /** A peer that cannot prove who it is ends here too: that is a refusal, whoever it was. */
    @Override
    public void closed(Throwable cause) {
        if (state == State.SHAKING_HANDS && Tunnel.isTrustFailure(cause)) {
            listener.refused(new Refused(
                    Cause.UNTRUSTED, tunnel().remoteAddress(), listener.owner().service(), Tunnel.reason(cause), ""));
        }
        leave();
    }

    @Override
    public void unexpected(String frame) {
        tunnel().resetAndClose(new Refused(
                Cause.UNREACHABLE, "", listener.owner().service(), frame + " is not expected in state " + state, ""));
    }

    /** The intentions changed. Callable from any thread. */
    void decideAgain() {
        tunnel().eventLoop().execute(() -> {
            if (state == State.CONNECTING || state == State.RELAYING) {
                denial().ifPresent(refused -> {
                    listener.refused(refused);
                    giveUp(refused);
                });
            }
        });
    }

    /** The listener goes away. Callable from any thread. */
    void abandon() {
        tunnel().eventLoop()
                .execute(() -> giveUp(new Refused(
                        Cause.UNREACHABLE,
                        "",
                        listener.owner().service(),
                        "allocation " + listener.owner().allocationId() + " is no longer in the mesh",
                        "")));
    }

    private void giveUp(Refused reason) {
        if (relay.isPresent()) {
            relay.get().abandon(reason);
        } else {
            tunnel().resetAndClose(reason);
        }
    }

    private Tunnel tunnel() {
        return tunnel.orElseThrow();
    }

    private void idle() {
        state = State.IDLE;
        relay = Optional.empty();
        application = Optional.empty();
        tunnel().use(this);
        watchIdle();
    }

    private void watchIdle() {
        State watched = state;
        idleCheck.ifPresent(check -> check.cancel(false));
        idleCheck = Optional.of(tunnel().eventLoop()
                .schedule(
                        () -> {
                            if (state == watched) {
                                tunnel().close();
                            }
                        },
                        listener.context().limits().tunnelIdleInbound().toMillis(),
                        TimeUnit.MILLISECONDS));
    }

    private void leave() {
        if (state == State.CLOSED) {
            return;
        }
        if (state == State.CONNECTING) {
            listener.traffic().over();
        }
        state = State.CLOSED;
        idleCheck.ifPresent(check -> check.cancel(false));
        releaseEarly();
        application.ifPresent(ApplicationConnection::abort);
        listener.over(this, acceptor);
    }

    private void releaseEarly() {
        early.forEach(ByteBuf::release);
        early.clear();
    }

    /** The service may hang up between connect and relay; the relay then finds its connection closed. */
    private static final class NotYetRelaying implements ApplicationUser {
        @Override
        public void applicationData(ByteBuf withRoom) {
            withRoom.release();
        }

        @Override
        public void applicationEnded() {}

        @Override
        public void applicationClosed() {}
    }

    /** What follows a relayed call. */
    private final class Ending implements Relay.Ending {
        @Override
        public void completed(Tunnel used) {
            listener.traffic().over();
            if (used.framed()) {
                idle();
            } else {
                used.close();
                leave();
            }
        }

        @Override
        public void abandoned(Optional<Refused> reason) {
            listener.traffic().over();
            leave();
        }
    }
}
