package dev.steppe.agent;

import dev.steppe.consensus.Consensus;
import dev.steppe.consensus.ConsensusOptions;
import dev.steppe.consensus.RatisConsensus;
import dev.steppe.io.ThreadLoop;
import dev.steppe.model.ServerMember;
import dev.steppe.server.Machine;
import dev.steppe.server.RootKeyFiles;
import dev.steppe.server.Server;
import dev.steppe.state.Store;
import dev.steppe.wire.InProcessTransport;
import dev.steppe.wire.Transport;
import dev.steppe.wire.network.AgentNames;
import dev.steppe.wire.network.StreamDialer;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Optional;

/** The server of an agent: state, log, and who decides. */
record ServerPart(Server server, Store store, Consensus consensus, Transport transport, Optional<ServerLinks> links) {

    /** Without a link to others the server is alone, as that of a development agent. */
    static ServerPart start(Parts parts, AgentOptions options, Optional<LinkPart> link, SecureRandom random)
            throws IOException {
        var loop = parts.add(new ThreadLoop("server"));
        var store = new Store();
        Consensus consensus =
                parts.add(RatisConsensus.start(ConsensusOptions.alone(options.serverDirectory()), new Machine(store)));
        var transport = new ServerTransport(new InProcessTransport(loop));
        var server = parts.add(new Server(
                serverOptions(options, link),
                loop,
                store,
                consensus,
                transport,
                new RootKeyFiles(options.keyringDirectory()),
                random));
        if (link.isEmpty()) {
            return new ServerPart(server, store, consensus, transport, Optional.empty());
        }
        var links = new ServerLinks(loop, link.get(), member(options, consensus), server, store, consensus);
        parts.add(links::close);
        transport.open(
                links,
                parts.add(new StreamDialer(link.get().tls(), loop, link.get().servers())));
        links.start();
        link.get().keepCertificate(parts, links);
        return new ServerPart(server, store, consensus, transport, Optional.of(links));
    }

    private static ServerMember member(AgentOptions options, Consensus consensus) throws IOException {
        return new ServerMember(
                consensus.status().self().value(),
                options.name(),
                options.datacenter(),
                options.addresses().agent(options.rpcPort()),
                options.addresses().http(options.nomadPort()),
                Assembly.VERSION);
    }

    private static Server.Options serverOptions(AgentOptions options, Optional<LinkPart> link) {
        var configuration = options.configuration();
        var server = configuration.server();
        return new Server.Options(
                configuration.datacenter(),
                configuration.allowByDefault(),
                new Server.Heartbeat(
                        server.heartbeatEvery(),
                        server.heartbeatGrace(),
                        Math.max(1, server.heartbeatsPerSecond()),
                        server.heartbeatAfterFailover()),
                new Server.Retention(
                        server.garbageEvery(),
                        server.keepJobs(),
                        server.keepEvaluations(),
                        server.keepNodes(),
                        Server.Most.standard()),
                new Server.Agents(
                        new AgentNames(configuration.region(), configuration.datacenter(), true),
                        link.flatMap(LinkPart::firstAuthority)),
                server.scheduling());
    }
}
