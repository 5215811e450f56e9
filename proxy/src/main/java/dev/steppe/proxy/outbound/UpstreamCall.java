package dev.steppe.proxy.outbound;

import dev.steppe.mesh.configuration.Address;
import dev.steppe.mesh.configuration.ProxyReport.Cause;
import dev.steppe.mesh.configuration.Upstream;
import dev.steppe.proxy.outbound.Endpoints.Endpoint;
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
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * One connection of an application to an upstream, from accept until a destination takes the call: dialing -> asking ->
 * relaying, or dialing the next endpoint, or refused. What the application sends meanwhile is passed on at once and kept,
 * so that it can be sent again to another endpoint. Owned by the event loop of its connection.
 */
final class UpstreamCall implements ApplicationUser, TunnelUser {
    private final UpstreamListener listener;
    private final Channel acceptor;
    private final ApplicationConnection application;
    private final Deque<ByteBuf> held = new ArrayDeque<>();
    private final Set<Address> tried =
            new TreeSet<>((one, other) -> one.toString().compareTo(other.toString()));
    private Optional<Endpoint> endpoint = Optional.empty();
    private Optional<Tunnel> tunnel = Optional.empty();
    private Optional<Relay> relay = Optional.empty();
    private Optional<Future<?>> answerCheck = Optional.empty();
    private Refused lastFailure;
    private int heldBytes;
    private int attempts;
    private int generation;
    private boolean reused;
    private boolean asking;
    private boolean applicationEnded;
    private boolean over;

    UpstreamCall(UpstreamListener listener, Channel channel) {
        this.listener = listener;
        this.acceptor = channel.parent();
        this.application = new ApplicationConnection(channel, this);
        this.lastFailure = failure(
                Cause.NO_ENDPOINT,
                "no healthy instance of " + listener.upstream().destination() + " is known",
                "");
    }

    ApplicationConnection application() {
        return application;
    }

    /** The listening channel that took it. */
    Channel acceptor() {
        return acceptor;
    }

    /** Tries the next endpoint, or gives up when there is none left to try. */
    void dial() {
        if (over) {
            return;
        }
        Upstream upstream = listener.upstream();
        var next = attempts < listener.context().limits().dialAttempts()
                ? listener.endpoints().pick(tried, ThreadLocalRandom.current())
                : Optional.<Endpoint>empty();
        if (next.isEmpty()) {
            giveUp(lastFailure);
            return;
        }
        attempts++;
        endpoint = next;
        next.get().begun();
        tried.add(next.get().address());
        Optional<Tunnel> idle =
                listener.pool().take(application.eventLoop(), next.get().address());
        if (idle.isPresent()) {
            reused = true;
            generation = listener.pool().generation();
            idle.get().use(this);
            ask(idle.get());
        } else {
            connect(next.get(), upstream);
        }
    }

    private void connect(Endpoint target, Upstream upstream) {
        var context = listener.context();
        reused = false;
        generation = listener.pool().generation();
        var ssl = listener.identity().client();
        context.loops()
                .tunnelClient(application.eventLoop())
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        SslHandler handler = ssl.newHandler(channel.alloc());
                        handler.setHandshakeTimeout(
                                context.limits().handshakeTimeout().toMillis(), TimeUnit.MILLISECONDS);
                        var made = new Tunnel(channel, context.verifier(), true, UpstreamCall.this);
                        tunnel = Optional.of(made);
                        channel.pipeline().addLast(handler, made);
                    }
                })
                .connect(target.address().toSocketAddress())
                .addListener((ChannelFuture future) -> {
                    if (!future.isSuccess()) {
                        failed(failure(
                                Cause.UNREACHABLE,
                                upstream.destination() + " at " + target.address() + ": "
                                        + future.cause().getMessage(),
                                ""));
                    }
                });
    }

    @Override
    public void ready(Tunnel made) {
        var expected = listener.upstream().expectedPeer();
        if (over) {
            made.discard();
        } else if (!made.peer().equals(expected)) {
            made.discard();
            failed(failure(
                    Cause.UNTRUSTED,
                    made.remoteAddress() + " proved to be " + made.peer() + " where " + expected + " was expected",
                    ""));
        } else {
            ask(made);
        }
    }

    /** Sends OPEN and what the application has sent so far. A peer without our protocol takes the call by taking TLS. */
    private void ask(Tunnel made) {
        tunnel = Optional.of(made);
        asking = true;
        made.readFreely(true);
        made.open(listener.owner().allocationId());
        for (ByteBuf bytes : held) {
            made.send(bytes.retainedDuplicate());
        }
        if (!made.framed()) {
            accepted();
            return;
        }
        if (applicationEnded) {
            made.end();
        }
        made.flush();
        awaitAnswer();
    }

    /** A destination that took the connection and says nothing is as good as one that cannot be reached. */
    private void awaitAnswer() {
        var limits = listener.context().limits();
        answerCheck = Optional.of(application
                .eventLoop()
                .schedule(
                        () -> {
                            if (asking) {
                                tunnel.ifPresent(Tunnel::discard);
                                failed(failure(
                                        Cause.UNREACHABLE,
                                        listener.upstream().destination() + " at "
                                                + endpoint.orElseThrow().address() + " does not answer",
                                        ""));
                            }
                        },
                        limits.answerTimeout().toMillis(),
                        TimeUnit.MILLISECONDS));
    }

    private void stopAsking() {
        asking = false;
        answerCheck.ifPresent(check -> check.cancel(false));
        answerCheck = Optional.empty();
    }

    @Override
    public void accepted() {
        if (over || relay.isPresent()) {
            unexpected("ACCEPT");
            return;
        }
        endpoint.ifPresent(Endpoint::reached);
        stopAsking();
        releaseHeld();
        Tunnel used = tunnel.orElseThrow();
        var made = new Relay(
                application,
                used,
                listener.traffic(),
                listener.context().limits().halfClosedIdle(),
                new Ending());
        relay = Optional.of(made);
        made.begin(!applicationEnded ? Relay.Before.OPEN : used.framed() ? Relay.Before.END_SENT : Relay.Before.ENDED);
    }

    @Override
    public void refused(Refused refused) {
        Tunnel used = tunnel.orElseThrow();
        if (!applicationEnded) {
            used.end();
            used.flush();
        }
        Address address = endpoint.orElseThrow().address();
        tunnel = Optional.empty();
        stopAsking();
        listener.pool().give(used, address, generation);
        switch (refused.cause()) {
            case DENIED -> giveUp(refused);
            case APPLICATION_DOWN, OVERLOADED, UNREACHABLE, UNTRUSTED, NO_ENDPOINT -> failed(refused);
        }
    }

    @Override
    public void applicationData(ByteBuf withRoom) {
        if (over) {
            withRoom.release();
            return;
        }
        heldBytes += withRoom.readableBytes();
        held.add(withRoom);
        if (asking) {
            tunnel.orElseThrow().send(withRoom.retainedDuplicate());
        }
        if (heldBytes >= listener.context().limits().heldBytes()) {
            application.readFreely(false);
        }
    }

    @Override
    public void applicationReadComplete() {
        if (asking) {
            tunnel.orElseThrow().flush();
        }
    }

    @Override
    public void applicationEnded() {
        applicationEnded = true;
        if (asking) {
            tunnel.orElseThrow().end();
            tunnel.orElseThrow().flush();
        }
    }

    @Override
    public void applicationClosed() {
        if (!over) {
            tunnel.ifPresent(Tunnel::discard);
            finish();
        }
    }

    @Override
    public void data(ByteBuf bytes) {
        bytes.release();
        unexpected("DATA");
    }

    @Override
    public void ended() {
        unexpected("END");
    }

    @Override
    public void reset(Refused reason) {
        tunnel.ifPresent(Tunnel::discard);
        failed(reason);
    }

    @Override
    public void closed(Throwable cause) {
        if (over || tunnel.isEmpty()) {
            return;
        }
        stopAsking();
        tunnel = Optional.empty();
        if (reused) {
            retryWithoutBlame();
            return;
        }
        Address address = endpoint.orElseThrow().address();
        failed(failure(
                Tunnel.isTrustFailure(cause) ? Cause.UNTRUSTED : Cause.UNREACHABLE,
                listener.upstream().destination() + " at " + address + ": " + Tunnel.reason(cause),
                ""));
    }

    @Override
    public void unexpected(String frame) {
        tunnel.ifPresent(Tunnel::discard);
        failed(failure(Cause.UNREACHABLE, "the peer sent " + frame + " before it took the call", ""));
    }

    /** Gives the call up because its listener goes away. Callable from any thread. */
    void abandon() {
        application.eventLoop().execute(() -> {
            if (relay.isPresent()) {
                relay.get().abandon(failure(Cause.UNREACHABLE, "the caller's allocation ended", ""));
            } else if (!over) {
                tunnel.ifPresent(Tunnel::discard);
                application.abort();
                finish();
            }
        });
    }

    /** An idle tunnel that closed while it was taken says nothing about the endpoint. */
    private void retryWithoutBlame() {
        endpoint.ifPresent(known -> {
            known.over();
            tried.remove(known.address());
        });
        endpoint = Optional.empty();
        attempts--;
        dial();
    }

    private void failed(Refused refused) {
        if (over) {
            return;
        }
        lastFailure = refused;
        tunnel = Optional.empty();
        stopAsking();
        endpoint.ifPresent(known -> {
            known.failed();
            known.over();
        });
        endpoint = Optional.empty();
        dial();
    }

    private void giveUp(Refused refused) {
        if (!over) {
            listener.refused(refused);
            application.abort();
            finish();
        }
    }

    private void finish() {
        over = true;
        stopAsking();
        releaseHeld();
        endpoint.ifPresent(Endpoint::over);
        endpoint = Optional.empty();
        listener.over(this);
    }

    private void releaseHeld() {
        held.forEach(ByteBuf::release);
        held.clear();
    }

    private Refused failure(Cause cause, String rule, String remedy) {
        return new Refused(
                cause, listener.owner().service(), listener.upstream().destination(), rule, remedy);
    }

    /** What becomes of the tunnel and of this call when the relay is over. */
    private final class Ending implements Relay.Ending {
        @Override
        public void completed(Tunnel used) {
            listener.pool().give(used, endpoint.orElseThrow().address(), generation);
            finish();
        }

        @Override
        public void abandoned(Optional<Refused> reason) {
            reason.filter(refused -> refused.cause() == Cause.DENIED).ifPresent(listener::refused);
            finish();
        }
    }
}
