package dev.steppe.proxy.exposed;

import dev.steppe.mesh.configuration.Address;
import dev.steppe.mesh.configuration.Exposed;
import dev.steppe.mesh.configuration.NetworkNamespace;
import dev.steppe.proxy.DataPlaneContext;
import dev.steppe.proxy.sockets.ListenerOpening;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.timeout.IdleStateHandler;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A port that answers plain HTTP for some paths of an application and refuses all others. {@link #update} and {@link
 * #close} are called by the configuration's thread.
 */
public final class ExposedListener {
    private static final int IDLE_SECONDS = 60;

    private final DataPlaneContext context;
    private final NetworkNamespace namespace;
    private final Set<ExposedCall> calls = ConcurrentHashMap.newKeySet();
    private final Channel channel;
    private volatile Exposed exposed;

    public ExposedListener(
            DataPlaneContext context, NetworkNamespace namespace, Exposed exposed, ListenerOpening opening)
            throws IOException {
        this.context = context;
        this.namespace = namespace;
        this.exposed = exposed;
        this.channel = opening.open(context.loops().plainServer().childHandler(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel child) {
                accept(child);
            }
        }));
    }

    /** Other paths; requests that run go on. */
    public void update(Exposed next) {
        exposed = next;
    }

    /** Stops accepting; requests go on. */
    public void stopAccepting() {
        channel.close();
    }

    /** Stops accepting and gives all requests up. */
    public void close() {
        channel.close();
        calls.forEach(ExposedCall::abandon);
    }

    private void accept(Channel child) {
        var call = new ExposedCall(this, child);
        calls.add(call);
        if (calls.size() >= context.limits().connectionsPerListener()) {
            child.parent().config().setAutoRead(false);
        }
        child.closeFuture().addListener(closed -> over(call, child.parent()));
        child.pipeline().addLast(new IdleStateHandler(0, 0, IDLE_SECONDS), new HttpRequestDecoder(), call);
    }

    private void over(ExposedCall call, Channel acceptor) {
        calls.remove(call);
        if (!acceptor.config().isAutoRead()) {
            acceptor.config().setAutoRead(true);
        }
    }

    /** Where a path leads; empty for one that is not exposed. */
    Optional<Address> target(String path) {
        return exposed.paths().stream()
                .filter(each -> each.path().equals(path))
                .map(Exposed.Path::target)
                .findFirst();
    }

    DataPlaneContext context() {
        return context;
    }

    NetworkNamespace namespace() {
        return namespace;
    }
}
