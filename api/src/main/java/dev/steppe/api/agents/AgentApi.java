package dev.steppe.api.agents;

import dev.steppe.api.http.Dialect;
import dev.steppe.api.http.Gate;
import dev.steppe.api.http.Headers;
import dev.steppe.api.http.HttpServer;
import dev.steppe.api.http.Limits;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.api.http.Router;
import dev.steppe.wire.network.AgentRole;
import dev.steppe.wire.network.Peer;
import dev.steppe.wire.network.SharedKey;
import io.netty.channel.Channel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The requests that a server takes from other agents, each kind of agent its own: a stranger may join and nothing else, a
 * client may ask for its next certificate and hand on what people ask it, a server may do what servers do among
 * themselves, a server of another region may hand on what people ask it. Closing ends the connections.
 */
public final class AgentApi implements AutoCloseable {
    /** The node of a client's certificate, as its connection proved; a dash where it is for none. */
    static final String NODE = "X-Steppe-Node";

    /** The region of a server of another one, as its connection proved. */
    static final String REGION = "X-Steppe-Region";

    private static final System.Logger LOG = System.getLogger(AgentApi.class.getName());
    private static final int CONNECTIONS_MAX = 20_000;

    private final HttpServer strangers;
    private final HttpServer clients;
    private final HttpServer servers;
    private final HttpServer foreigners;

    /**
     * Begins to take requests.
     *
     * @param more what else servers ask each other
     * @param placed sends a route's requests to the leader where it must answer
     * @param sharedKey the key that servers must have in common
     * @param faces adds the APIs whose requests agents hand on
     */
    public static AgentApi start(
            AgentRoutes routes,
            List<Route> more,
            UnaryOperator<Route> placed,
            SharedKey sharedKey,
            UnaryOperator<HttpServer.Setup> faces)
            throws IOException {
        return new AgentApi(routes, more, placed, sharedKey, faces);
    }

    private AgentApi(
            AgentRoutes routes,
            List<Route> more,
            UnaryOperator<Route> placed,
            SharedKey sharedKey,
            UnaryOperator<HttpServer.Setup> faces)
            throws IOException {
        var join = placed.apply(Route.write(AgentWords.JOIN, Right.ANYONE, routes::join));
        var standing = Route.get(AgentWords.STANDING, Right.ANYONE, routes::standing);
        var federate = placed.apply(Route.write(AgentWords.FEDERATE, Right.ANYONE, routes::federate));
        var region = Route.get(AgentWords.REGION, Right.ANYONE, routes::region);
        var names = Route.write(AgentWords.NAMES, Right.ANYONE, routes::names);
        var access = Route.write(AgentWords.ACCESS, Right.ANYONE, routes::access);
        strangers = HttpServer.start(table("joining", List.of(agreeing(join, routes, sharedKey), federate)));
        foreigners = HttpServer.start(faces.apply(table("regions", List.of(standing, region, federate))));
        clients = HttpServer.start(faces.apply(table(
                        "clients",
                        List.of(
                                standing,
                                names,
                                access,
                                Route.write(AgentWords.CERTIFICATE, Right.ANYONE, routes::renewClient)))
                .withGate(agreeing(sharedKey::objectionToClient))));
        var ofServers = new ArrayList<>(List.of(
                join,
                federate,
                standing,
                names,
                // an agent without a server may have been given a server's certificate
                access,
                Route.write(AgentWords.CERTIFICATE, Right.ANYONE, routes::renewServer),
                placed.apply(Route.write(AgentWords.SERVER, Right.ANYONE, routes::announce))));
        ofServers.addAll(more);
        servers = HttpServer.start(faces.apply(table("servers", ofServers).withGate(agreeing(sharedKey::objection))));
    }

    /** Admits agents that have the same key, or have none as this one. */
    private static Gate agreeing(UnaryOperator<Optional<String>> objections) {
        return (request, right) -> agree(request, objections);
    }

    private static void agree(Request request, UnaryOperator<Optional<String>> objections) throws Refused {
        var objection = objections.apply(request.header(SharedKey.HEADER));
        if (objection.isPresent()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "another agent was refused from=" + request.remote() + " reason=" + objection.get());
            throw new Refused(Refused.Kind.FORBIDDEN, objection.get() + ": all servers need the same");
        }
    }

    /** Before a token is used up, whoever wants to become a server must know the key. */
    private static Route agreeing(Route join, AgentRoutes routes, SharedKey sharedKey) {
        return join.handledBy(request -> {
            agree(request, routes.wantsToServe(request) ? sharedKey::objection : sharedKey::objectionToClient);
            return join.handler().handle(request);
        });
    }

    private static HttpServer.Setup table(String name, List<Route> routes) {
        return HttpServer.Setup.of(name, List.of(), Dialect.NOMAD, new Router(routes), Gate.accessControlOff())
                .withLimits(Limits.standard().withConnections(CONNECTIONS_MAX, CONNECTIONS_MAX));
    }

    /** Serves a connection of another agent. To be called on its event loop. */
    public void take(Channel channel, Peer peer) {
        var node = Headers.of(NODE, peer.node().orElse("-"));
        var known = node.with(REGION, peer.region().orElse("-"));
        if (peer.is(AgentRole.SERVER)) {
            // a server that follows hands on what one of another region asked it, and says whose it is
            servers.take(channel, node);
        } else if (peer.is(AgentRole.CLIENT)) {
            clients.take(channel, known);
        } else if (peer.region().isPresent()) {
            foreigners.take(channel, known);
        } else {
            strangers.take(channel, known);
        }
    }

    /** Idempotent. */
    @Override
    public void close() {
        strangers.close();
        clients.close();
        servers.close();
        foreigners.close();
    }
}
