package dev.steppe.proxy.inbound;

import dev.steppe.mesh.configuration.Inbound;
import dev.steppe.mesh.configuration.NetworkNamespace;
import dev.steppe.mesh.configuration.ProxyReport.Cause;
import dev.steppe.mesh.configuration.ProxyReport.Side;
import dev.steppe.proxy.DataPlaneContext;
import dev.steppe.proxy.identity.TlsIdentity;
import dev.steppe.proxy.report.Traffic;
import dev.steppe.proxy.sockets.ListenerOpening;
import dev.steppe.proxy.tunnel.Refused;
import dev.steppe.proxy.tunnel.Tunnel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The public port of one service of one allocation. {@link #update}, {@link #rotate} and {@link #close} are called by the
 * configuration's thread; connections see a change at once, also those that run.
 */
public final class InboundListener {
    private final DataPlaneContext context;
    private final Owner owner;
    private final Traffic traffic = new Traffic();
    private final Set<InboundTunnel> tunnels = ConcurrentHashMap.newKeySet();
    private final Channel channel;
    private volatile Inbound inbound;
    private volatile TlsIdentity identity;

    /** Whose service it is, and where that service listens. */
    public record Owner(String allocationId, String service, NetworkNamespace namespace) {}

    public InboundListener(
            DataPlaneContext context, Owner owner, Inbound inbound, TlsIdentity identity, ListenerOpening opening)
            throws IOException {
        this.context = context;
        this.owner = owner;
        this.inbound = inbound;
        this.identity = identity;
        this.channel = opening.open(context.loops().tunnelServer().childHandler(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel child) {
                accept(child);
            }
        }));
    }

    /** Takes over intentions and target. Calls that are now denied are given up, all others go on. */
    public void update(Inbound next) {
        boolean otherPolicy = !next.policy().equals(inbound.policy());
        inbound = next;
        if (otherPolicy) {
            tunnels.forEach(InboundTunnel::decideAgain);
        }
    }

    /** New connections are shown this identity; running ones go on. */
    public void rotate(TlsIdentity next) {
        identity = next;
    }

    /** Stops accepting; calls go on. */
    public void stopAccepting() {
        channel.close();
    }

    /** Stops accepting and gives all calls up. */
    public void close() {
        channel.close();
        tunnels.forEach(InboundTunnel::abandon);
    }

    public Traffic traffic() {
        return traffic;
    }

    public Inbound inbound() {
        return inbound;
    }

    private void accept(Channel child) {
        SslHandler ssl = identity.server().newHandler(child.alloc());
        ssl.setHandshakeTimeout(context.limits().handshakeTimeout().toMillis(), TimeUnit.MILLISECONDS);
        var user = new InboundTunnel(this, child.parent());
        var tunnel = new Tunnel(child, context.verifier(), false, user);
        user.attach(tunnel);
        tunnels.add(user);
        if (tunnels.size() >= context.limits().connectionsPerListener()) {
            child.parent().config().setAutoRead(false);
        }
        child.pipeline().addLast(ssl, tunnel);
    }

    void over(InboundTunnel tunnel, Channel acceptor) {
        tunnels.remove(tunnel);
        if (!acceptor.config().isAutoRead()) {
            acceptor.config().setAutoRead(true);
        }
    }

    void refused(Refused refused) {
        if (refused.cause() == Cause.DENIED) {
            traffic.denied();
        } else {
            traffic.failed();
        }
        context.refusals().record(Side.DESTINATION, owner.allocationId(), refused);
    }

    DataPlaneContext context() {
        return context;
    }

    Owner owner() {
        return owner;
    }
}
