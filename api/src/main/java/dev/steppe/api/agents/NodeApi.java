package dev.steppe.api.agents;

import dev.steppe.api.http.Dialect;
import dev.steppe.api.http.Gate;
import dev.steppe.api.http.Headers;
import dev.steppe.api.http.HttpServer;
import dev.steppe.api.http.Limits;
import dev.steppe.api.http.Route;
import dev.steppe.api.http.Router;
import dev.steppe.wire.network.AgentRole;
import dev.steppe.wire.network.Peer;
import io.netty.channel.Channel;
import java.io.IOException;
import java.util.List;

/**
 * The requests that an agent without a server takes from servers: what people ask of its node, and nothing else. Nobody
 * but servers is heard. Closing ends the connections.
 */
public final class NodeApi implements AutoCloseable {
    private static final int CONNECTIONS_MAX = 2_000;

    private final HttpServer servers;

    /** Serves those routes of an API, under its name, that only the node can answer. */
    public static NodeApi start(String face, HttpServer.Setup api) throws IOException {
        var ofNode = api.withRouter(new Router(api.router().routes().stream()
                .filter(route -> route.place() == Route.Place.NODE)
                .toList()));
        return new NodeApi(HttpServer.start(
                HttpServer.Setup.of("node", List.of(), Dialect.NOMAD, new Router(List.of()), Gate.accessControlOff())
                        .withLimits(Limits.standard().withConnections(CONNECTIONS_MAX, CONNECTIONS_MAX))
                        .withFace(face, ofNode)));
    }

    private NodeApi(HttpServer servers) {
        this.servers = servers;
    }

    /** Serves a connection of a server, and ends any other. To be called on its event loop. */
    public void take(Channel channel, Peer peer) {
        if (peer.is(AgentRole.SERVER)) {
            servers.take(channel, Headers.none());
        } else {
            channel.close();
        }
    }

    /** Idempotent. */
    @Override
    public void close() {
        servers.close();
    }
}
