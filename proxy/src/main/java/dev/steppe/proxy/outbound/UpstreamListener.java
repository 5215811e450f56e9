package dev.steppe.proxy.outbound;

import dev.steppe.mesh.configuration.ProxyReport.Side;
import dev.steppe.mesh.configuration.Upstream;
import dev.steppe.proxy.DataPlaneContext;
import dev.steppe.proxy.identity.TlsIdentity;
import dev.steppe.proxy.report.Traffic;
import dev.steppe.proxy.sockets.ListenerOpening;
import dev.steppe.proxy.tunnel.Refused;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A port on an allocation's loopback that leads to a service of the mesh. What it leads to may change while calls run.
 * {@link #update}, {@link #rotate} and {@link #close} are called by the configuration's thread.
 */
public final class UpstreamListener {
    private final DataPlaneContext context;
    private final Owner owner;
    private final Traffic traffic = new Traffic();
    private final TunnelPool pool;
    private final Endpoints endpoints;
    private final Set<UpstreamCall> calls = ConcurrentHashMap.newKeySet();
    private final Channel channel;
    private volatile Upstream upstream;
    private volatile TlsIdentity identity;

    /** Whose loopback it is. */
    public record Owner(String allocationId, String service) {}

    public UpstreamListener(
            DataPlaneContext context, Owner owner, Upstream upstream, TlsIdentity identity, ListenerOpening opening)
            throws IOException {
        this.context = context;
        this.owner = owner;
        this.upstream = upstream;
        this.identity = identity;
        this.pool = new TunnelPool(context.limits());
        this.endpoints = new Endpoints(context.limits(), System::nanoTime);
        endpoints.update(upstream.endpoints());
        this.channel = opening.open(context.loops().applicationServer().childHandler(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel child) {
                accept(child);
            }
        }));
    }

    /** Takes over endpoints and destination. Calls that run are not touched. */
    public void update(Upstream next) {
        boolean otherPeer = !next.expectedPeer().equals(upstream.expectedPeer());
        upstream = next;
        endpoints.update(next.endpoints());
        if (otherPeer) {
            pool.clear();
        }
    }

    /** New calls show this identity; tunnels made with the former one are closed as they become idle. */
    public void rotate(TlsIdentity next) {
        identity = next;
        pool.clear();
    }

    /** Stops accepting; calls go on. */
    public void stopAccepting() {
        channel.close();
    }

    /** Stops accepting and gives all calls up. */
    public void close() {
        channel.close();
        calls.forEach(UpstreamCall::abandon);
        pool.clear();
    }

    public Traffic traffic() {
        return traffic;
    }

    public Upstream upstream() {
        return upstream;
    }

    private void accept(Channel child) {
        var call = new UpstreamCall(this, child);
        child.pipeline().addLast(call.application());
        traffic.begun();
        calls.add(call);
        if (calls.size() >= context.limits().connectionsPerListener()) {
            call.acceptor().config().setAutoRead(false);
        }
        child.eventLoop().execute(call::dial);
    }

    void over(UpstreamCall call) {
        if (calls.remove(call)) {
            traffic.over();
            if (!call.acceptor().config().isAutoRead()) {
                call.acceptor().config().setAutoRead(true);
            }
        }
    }

    void refused(Refused refused) {
        switch (refused.cause()) {
            case DENIED -> traffic.denied();
            case NO_ENDPOINT, UNREACHABLE, UNTRUSTED, APPLICATION_DOWN, OVERLOADED -> traffic.failed();
        }
        context.refusals().record(Side.CALLER, owner.allocationId(), refused);
    }

    DataPlaneContext context() {
        return context;
    }

    Owner owner() {
        return owner;
    }

    TunnelPool pool() {
        return pool;
    }

    Endpoints endpoints() {
        return endpoints;
    }

    TlsIdentity identity() {
        return identity;
    }
}
