package dev.steppe.agent;

import dev.steppe.api.Forwarding;
import dev.steppe.api.agents.AgentApi;
import dev.steppe.api.agents.AgentRoutes;
import dev.steppe.api.agents.NodeApi;
import dev.steppe.api.http.HttpServer;
import dev.steppe.api.http.Route;
import dev.steppe.wire.network.AgentListener;
import dev.steppe.wire.network.Peer;
import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.UnaryOperator;

/** Where other agents come in: at a server their requests and the streams of their nodes, at a node requests of servers. */
final class AgentDoor {
    private final AgentListener listener;

    /**
     * Opens the port for agents.
     *
     * @param more routes for other servers
     * @param names answers questions of the name service for agents that cannot
     * @param faces adds the APIs whose requests agents hand on
     */
    static AgentDoor open(
            Parts parts,
            AgentOptions options,
            LinkPart link,
            ServerPart server,
            List<Route> more,
            AgentRoutes.Names names,
            UnaryOperator<HttpServer.Setup> faces)
            throws IOException {
        var links = server.links().orElseThrow();
        var routes = new AgentRoutes(
                server.server().agents(),
                links::standing,
                options.configuration().region(),
                server.regions().orElseThrow()::self,
                links,
                names);
        var forwarding = new Forwarding(links, link.calls(), "", options.name());
        var api = parts.add(AgentApi.start(routes, more, forwarding::placed, link.sharedKey(), faces));
        return new AgentDoor(parts.add(AgentListener.start(addresses(options), link.tls(), new AgentListener.Doors() {
            @Override
            public void requests(Channel channel, Peer peer) {
                api.take(channel, peer);
            }

            @Override
            public void stream(Channel channel, Peer peer) {
                links.door().open(channel, peer);
            }
        })));
    }

    /** Opens the port of an agent without a server, on which servers ask what its node alone knows. */
    static AgentDoor ofNode(Parts parts, AgentOptions options, LinkPart link, String face, HttpServer.Setup api)
            throws IOException {
        var requests = parts.add(NodeApi.start(face, api));
        return new AgentDoor(parts.add(AgentListener.start(addresses(options), link.tls(), new AgentListener.Doors() {
            @Override
            public void requests(Channel channel, Peer peer) {
                requests.take(channel, peer);
            }

            @Override
            public void stream(Channel channel, Peer peer) {
                channel.close();
            }
        })));
    }

    private static List<InetSocketAddress> addresses(AgentOptions options) {
        return options.addresses().agents().stream()
                .map(address -> new InetSocketAddress(address, options.rpcPort()))
                .toList();
    }

    private AgentDoor(AgentListener listener) {
        this.listener = listener;
    }

    List<InetSocketAddress> addresses() {
        return listener.addresses();
    }
}
