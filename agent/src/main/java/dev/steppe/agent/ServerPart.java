package dev.steppe.agent;

import dev.steppe.agent.configuration.Configuration;
import dev.steppe.consensus.Consensus;
import dev.steppe.consensus.ConsensusOptions;
import dev.steppe.consensus.RatisConsensus;
import dev.steppe.io.ThreadLoop;
import dev.steppe.server.Machine;
import dev.steppe.server.RootKeyFiles;
import dev.steppe.server.Server;
import dev.steppe.state.Store;
import dev.steppe.wire.InProcessTransport;
import dev.steppe.wire.Transport;
import java.io.IOException;
import java.security.SecureRandom;

/** The server of an agent: state, log, and who decides. */
record ServerPart(Server server, Store store, Consensus consensus, Transport transport) {

    static ServerPart start(Parts parts, AgentOptions options, SecureRandom random) throws IOException {
        var loop = parts.add(new ThreadLoop("server"));
        var store = new Store();
        Consensus consensus =
                parts.add(RatisConsensus.start(ConsensusOptions.alone(options.serverDirectory()), new Machine(store)));
        var transport = new InProcessTransport(loop);
        var server = parts.add(new Server(
                serverOptions(options.configuration()),
                loop,
                store,
                consensus,
                transport,
                new RootKeyFiles(options.keyringDirectory()),
                random));
        return new ServerPart(server, store, consensus, transport);
    }

    private static Server.Options serverOptions(Configuration configuration) {
        var server = configuration.server();
        return new Server.Options(
                configuration.datacenter(),
                configuration.allowByDefault(),
                server.heartbeatEvery(),
                server.heartbeatGrace(),
                new Server.Retention(server.garbageEvery(), server.keepJobs(), server.keepEvaluations()));
    }
}
