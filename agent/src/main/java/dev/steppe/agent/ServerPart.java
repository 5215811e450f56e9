package dev.steppe.agent;

import dev.steppe.api.Forwarding;
import dev.steppe.api.http.Route;
import dev.steppe.consensus.Consensus;
import dev.steppe.consensus.ConsensusOptions;
import dev.steppe.consensus.ConsensusTls;
import dev.steppe.consensus.Member;
import dev.steppe.consensus.PendingLog;
import dev.steppe.consensus.RatisConsensus;
import dev.steppe.io.Loop;
import dev.steppe.io.ThreadLoop;
import dev.steppe.model.Ids;
import dev.steppe.model.ServerMember;
import dev.steppe.server.Machine;
import dev.steppe.server.RootKeyFiles;
import dev.steppe.server.RootKeys;
import dev.steppe.server.Server;
import dev.steppe.server.formation.Identity;
import dev.steppe.state.Store;
import dev.steppe.wire.InProcessTransport;
import dev.steppe.wire.Transport;
import dev.steppe.wire.network.AgentNames;
import dev.steppe.wire.network.AgentRole;
import dev.steppe.wire.network.StreamDialer;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The server of an agent: state, log, and who decides. */
record ServerPart(
        Server server,
        Store store,
        Consensus consensus,
        Transport transport,
        Optional<ServerLinks> links,
        Optional<FederatedRegions> regions,
        Optional<ServerKeyring> keyring,
        List<Route> routes) {
    private static final Duration NEWEST_WITHIN = Duration.ofSeconds(10);

    /** Without a link to others the server is alone, as that of a development agent. */
    static ServerPart start(Parts parts, AgentOptions options, Optional<LinkPart> link, SecureRandom random)
            throws IOException {
        var loop = parts.add(new ThreadLoop("server"));
        var store = new Store();
        var machine = new Machine(store);
        var ownKeys = new RootKeyFiles(options.keyringDirectory());
        var identity = Identity.in(options.serverDirectory(), () -> Ids.random(random));
        PeersFile.apply(options.serverDirectory(), named(options, identity));
        var consensus = parts.add(new PendingLog(identity.id()));
        Optional<ServerForming> forming = Optional.empty();
        if (link.isPresent()) {
            var setup = setup(options, link.get(), identity, parts.add(new ThreadLoop("forming")));
            forming = Optional.of(parts.add(new ServerForming(setup, link.get(), machine, consensus, ownKeys)));
            // What is in the log already is applied before anybody looks.
            forming.get().start();
        } else {
            consensus.begin(
                    RatisConsensus.start(ConsensusOptions.alone(options.serverDirectory(), identity.id()), machine));
        }
        var transport = new ServerTransport(new InProcessTransport(loop));
        var shared = link.map(it -> new SharedRootKeys(ownKeys, it));
        shared.ifPresent(it -> it.keepComplete(loop, store));
        RootKeys rootKeys = shared.<RootKeys>map(it -> it).orElse(ownKeys);
        var server = parts.add(
                new Server(serverOptions(options, link), loop, store, consensus, transport, rootKeys, random));
        writeSnapshots(parts, options, server, consensus);
        if (link.isEmpty()) {
            return new ServerPart(
                    server,
                    store,
                    consensus,
                    transport,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of());
        }
        var self = member(options, consensus);
        var links = new ServerLinks(loop, link.get(), self, server, store, consensus);
        parts.add(links::close);
        transport.open(
                links,
                parts.add(new StreamDialer(link.get().tls(), loop, link.get().servers())));
        links.start();
        var regions = parts.add(new FederatedRegions(
                options.configuration().region(),
                loop,
                link.get(),
                store,
                server.agents(),
                () -> links.part() == Forwarding.Part.LEADS,
                links::members));
        regions.start();
        link.get().keepCertificate(parts, links);
        var keyring = new ServerKeyring(
                link.get().sharedKey(), link.get().files(), link.get().calls(), self, links::members);
        var routes = new ArrayList<>(List.of(keyring.route()));
        forming.ifPresent(it -> routes.addAll(it.routes(server, links::leader)));
        return new ServerPart(
                server,
                store,
                consensus,
                transport,
                Optional.of(links),
                Optional.of(regions),
                Optional.of(keyring),
                List.copyOf(routes));
    }

    private static PeersFile.Self named(AgentOptions options, Identity identity) {
        var ports = new TreeSet<>(List.of(options.rpcPort()));
        Member.Address.parse(options.addresses().agent(options.rpcPort()))
                .ifPresent(outside -> ports.add(outside.port()));
        return new PeersFile.Self(identity.id(), ports, options.logPort());
    }

    /** Files of the whole state, if the configuration wants them. */
    private static void writeSnapshots(Parts parts, AgentOptions options, Server server, Consensus consensus) {
        var configuration = options.configuration();
        configuration
                .server()
                .snapshots()
                .ifPresent(settings -> new SnapshotSchedule(
                                parts.add(new ThreadLoop("snapshot-files")),
                                settings,
                                settings.directory().orElseGet(options::snapshotDirectory),
                                now -> hasNewest(consensus)
                                        ? Optional.of(
                                                server.operator().archive(configuration.region(), options.name(), now))
                                        : Optional.empty())
                        .start());
    }

    /** A server that cannot reach the others, or has just started, would put an old state in the place of newer files. */
    private static boolean hasNewest(Consensus consensus) throws InterruptedException {
        var reached = new ArrayBlockingQueue<Consensus.Barrier>(1);
        consensus.readBarrier(reached::add);
        return reached.poll(NEWEST_WITHIN.toMillis(), TimeUnit.MILLISECONDS) instanceof Consensus.Barrier.Reached;
    }

    /** A server that was told of no other begins alone, unless as many are expected. */
    private static ServerForming.Setup setup(AgentOptions options, LinkPart link, Identity identity, Loop loop)
            throws IOException {
        int said = options.configuration().server().bootstrapExpect();
        int expected = said > 0 ? said : link.servers().all().isEmpty() ? 1 : 0;
        var outside = Member.Address.parse(options.addresses().agent(options.rpcPort()))
                .orElseThrow(() -> new IOException("this server has no address that others can call"));
        var self = Member.at(identity.id(), outside.host(), options.logPort());
        var listen = new Member.Address(options.addresses().agents().getFirst(), options.logPort());
        var tls = Optional.of(new ConsensusTls(link.tls().keys(), link.tls().trust(AgentRole.SERVER)));
        return new ServerForming.Setup(
                identity,
                self,
                options.name(),
                expected,
                ConsensusOptions.founding(options.serverDirectory(), self, tls).listeningAt(listen),
                ConsensusOptions.joining(options.serverDirectory(), self, tls).listeningAt(listen),
                loop);
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
                        server.keepBatchEvaluations(),
                        server.keepDeployments(),
                        server.keepNodes(),
                        Server.Most.standard()),
                new Server.Agents(
                        new AgentNames(configuration.region(), configuration.datacenter(), true),
                        link.flatMap(LinkPart::firstAuthority),
                        configuration.link().own().isPresent(),
                        Optional.of(options.serverDirectory().resolve("acl-bootstrap-reset"))),
                new Server.Initial(server.scheduling(), server.autopilot()));
    }
}
