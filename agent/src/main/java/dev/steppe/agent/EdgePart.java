package dev.steppe.agent;

import dev.steppe.agent.configuration.ApiCertificates;
import dev.steppe.api.AccessControl;
import dev.steppe.api.AgentControl;
import dev.steppe.api.AgentIdentity;
import dev.steppe.api.FarRegion;
import dev.steppe.api.Forwarding;
import dev.steppe.api.LiveCatalog;
import dev.steppe.api.LocalNode;
import dev.steppe.api.NodeAgents;
import dev.steppe.api.Observation;
import dev.steppe.api.Region;
import dev.steppe.api.ServerRegion;
import dev.steppe.api.consul.ConsulDialect;
import dev.steppe.api.dns.DnsServer;
import dev.steppe.api.http.Dialect;
import dev.steppe.api.http.Gate;
import dev.steppe.api.http.Headers;
import dev.steppe.api.http.HttpServer;
import dev.steppe.api.http.Limits;
import dev.steppe.api.http.Router;
import dev.steppe.api.http.Spool;
import dev.steppe.api.nomad.NomadDialect;
import dev.steppe.client.mesh.NativeIdentities;
import dev.steppe.client.network.Subnet6;
import dev.steppe.io.ThreadLoop;
import dev.steppe.model.IntentionAction;
import dev.steppe.state.Store;
import dev.steppe.wire.network.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The edge of an agent: what people and programs talk to. */
final class EdgePart {
    /** Resolvers inside allocations know no other port. */
    private static final int DNS_OF_ALLOCATIONS = 53;

    static final String NOMAD = "nomad";
    private static final String CONSUL = "consul";
    private static final String HTTP = "http://";
    private static final String HTTPS = "https://";

    private final AgentOptions options;
    private final HttpServer nomad;
    private final HttpServer consul;
    private final List<InetSocketAddress> agents;
    private final List<InetSocketAddress> names;

    /** Opens every port; from then on requests are answered. */
    EdgePart(
            Parts parts,
            AgentOptions options,
            OwnCertificates certificates,
            Optional<LinkPart> link,
            Optional<ServerPart> server,
            Optional<NodePart> node,
            AgentIdentity identity)
            throws IOException {
        this.options = options;
        var secured = new SecuredApis(options, certificates);
        Optional<LocalNode> view = node.map(NodePart::view);
        Region region = server.isPresent()
                ? parts.add(region(options, link, server.get(), identity))
                : new FarRegion(
                        options.configuration().region(),
                        link.orElseThrow().servers(),
                        () -> view.map(LocalNode::isHealthy).orElse(false));
        var catalog = new LiveCatalog(region, options.datacenter());
        var store = server.map(ServerPart::store).orElseGet(Store::new);
        var observation = parts.add(
                Observation.begin(store, region, view, options.configuration().telemetry()));
        Optional<Forwarding.Servers> servers = link.map(it -> server.flatMap(ServerPart::links)
                .<Forwarding.Servers>map(links -> links)
                .orElseGet(() -> new ClientLinks(it, "")));
        var nodes = link.map(it -> new NodeAgents(region, view, identity.name(), it.nodeCalls()));
        var regions = server.flatMap(ServerPart::regions);
        var tokens = tokens(link, server);
        Optional<AccessControl> access = tokens.map(known -> new AccessControl(known, server.isPresent()));
        var spool = Spool.in(options.spoolDirectory());
        var nomadHere = nomadApi(identity, region, catalog, view, observation)
                .withSpool(spool)
                .withGate(ofCallers(access, Dialect.NOMAD));
        var nomadSetup = placed(nomadHere, NOMAD, link, servers, nodes, regions);
        var consulSetup = placed(
                consulApi(identity, region, catalog, node.map(NodePart::natives), observation)
                        .withSpool(spool)
                        .withGate(ofCallers(access, Dialect.CONSUL)),
                CONSUL,
                link,
                servers,
                nodes,
                regions);
        nomad = parts.add(HttpServer.start(secured.nomad(nomadSetup)));
        consul = parts.add(HttpServer.start(secured.consul(consulSetup)));
        var setup = NameService.setup(options, catalog::now);
        var nameService = parts.add(new DnsServer(
                servers.isPresent() && servers.get() instanceof ClientLinks far ? setup.answeredBy(far) : setup));
        agents = link.isEmpty()
                ? List.of()
                : server.isEmpty()
                        ? AgentDoor.ofNode(
                                        parts,
                                        options,
                                        link.get(),
                                        NOMAD,
                                        nomadHere.withGate(ofAgents(access, Dialect.NOMAD)))
                                .addresses()
                        : AgentDoor.open(
                                        parts,
                                        options,
                                        link.get(),
                                        server.get(),
                                        server.get().routes(),
                                        nameService::answer,
                                        door -> door.withFace(
                                                        NOMAD, nomadSetup.withGate(ofAgents(access, Dialect.NOMAD)))
                                                .withFace(
                                                        CONSUL, consulSetup.withGate(ofAgents(access, Dialect.CONSUL)))
                                                .withSpool(spool))
                                .addresses();
        names = names(nameService, askers(parts, tokens), node.flatMap(NodePart::gateway));
    }

    /** Tokens are in the state of the servers; a development agent has its own. Empty where nobody needs one. */
    private Optional<AccessControl.KnownTokens> tokens(Optional<LinkPart> link, Optional<ServerPart> server) {
        if (!options.configuration().accessControl()) {
            return Optional.empty();
        }
        return Optional.of(
                server.isEmpty()
                        ? new FarTokens(new ClientLinks(link.orElseThrow(), ""))
                        : server.get()
                                .links()
                                .<AccessControl.KnownTokens>map(links -> links)
                                .orElseGet(() -> digest -> server.get()
                                        .store()
                                        .snapshot()
                                        .accessToken(digest)
                                        .isPresent()));
    }

    /** Whom the name service answers; its questions have no tokens. */
    private Predicate<InetAddress> askers(Parts parts, Optional<AccessControl.KnownTokens> tokens) {
        if (tokens.isEmpty()) {
            return anybody -> true;
        }
        var askers = new NameAskers(parts.add(new ThreadLoop("names")));
        options.configuration().names().tokenDigest().ifPresent(digest -> askers.answerOthers(digest, tokens.get()));
        return askers;
    }

    private static Gate ofCallers(Optional<AccessControl> access, Dialect dialect) {
        return access.map(it -> it.ofCallers(dialect)).orElseGet(Gate::accessControlOff);
    }

    private static Gate ofAgents(Optional<AccessControl> access, Dialect dialect) {
        return access.map(it -> it.ofAgents(dialect)).orElseGet(Gate::accessControlOff);
    }

    private static ServerRegion region(
            AgentOptions options, Optional<LinkPart> link, ServerPart server, AgentIdentity identity) {
        var told = HostPort.parse(options.addresses().agent(options.rpcPort()), 0);
        var self = new ServerRegion.Self(
                options.configuration().region(),
                identity.name(),
                told.host(),
                link.isPresent() ? told.port() : 0,
                options.nomadPort());
        Predicate<HostPort> answers = address -> server.links()
                        .map(links -> links.answers(address))
                        .orElse(true)
                && server.regions().map(regions -> regions.answers(address)).orElse(true);
        return new ServerRegion(self, server.server(), server.store(), server.consensus(), answers);
    }

    /** The API with every request answered where it can be. */
    private HttpServer.Setup placed(
            HttpServer.Setup setup,
            String face,
            Optional<LinkPart> link,
            Optional<Forwarding.Servers> servers,
            Optional<NodeAgents> nodes,
            Optional<FederatedRegions> regions)
            throws IOException {
        if (link.isEmpty() || servers.isEmpty() || nodes.isEmpty()) {
            return setup;
        }
        var within = new Forwarding(servers.get(), link.get().calls(), face, options.name()).toNodes(nodes.get());
        var forwarding =
                regions.map(it -> within.toRegions(it, options.datacenter())).orElse(within);
        return setup.withRouter(new Router(
                setup.router().routes().stream().map(forwarding::placed).toList()));
    }

    InetSocketAddress nomadAddress() {
        return nomad.addresses().getFirst();
    }

    Optional<InetSocketAddress> agentAddress() {
        return agents.stream().findFirst();
    }

    InetSocketAddress consulAddress() {
        return consul.addresses().getFirst();
    }

    /** What listens where, what others are told, and why. */
    List<AgentControl.Listener> listeners() {
        var all = new ArrayList<>(List.of(
                listener(
                        "Nomad API",
                        nomad.addresses(),
                        options.addresses().http(nomadAddress().getPort()),
                        options.addresses().httpWhy()),
                listener(
                        "Consul API",
                        consul.addresses(),
                        advertised(consulAddress()),
                        options.addresses().why()),
                listener(
                        "DNS",
                        names,
                        advertised(names.getFirst()),
                        options.addresses().why())));
        if (!agents.isEmpty()) {
            all.add(listener(
                    "Agents",
                    agents,
                    options.addresses().agent(agents.getFirst().getPort()),
                    options.addresses().advertisedRpc().isPresent()
                            ? "as advertise.rpc says"
                            : options.addresses().why()));
        }
        return List.copyOf(all);
    }

    /** One line that says where to find this agent. */
    String addresses() {
        return "Nomad API " + (certificates().nomad().isPresent() ? HTTPS : HTTP) + text(nomadAddress())
                + ", Consul API "
                + consul.addresses().stream().map(this::consulUrl).collect(Collectors.joining(" "))
                + ", DNS " + text(names.getFirst());
    }

    /** Whether whoever calls an API from elsewhere must show a certificate. */
    boolean asksCallers() {
        return certificates().nomad().map(ApiCertificates.Served::asksCallers).orElse(false);
    }

    private ApiCertificates certificates() {
        return options.configuration().api().certificates();
    }

    private String consulUrl(InetSocketAddress address) {
        boolean secure = address.getPort() == options.ports().consulTls();
        return (secure ? HTTPS : HTTP) + text(address);
    }

    private static AgentControl.Listener listener(
            String name, List<InetSocketAddress> bound, String advertised, String why) {
        return new AgentControl.Listener(
                name, bound.stream().map(EdgePart::text).collect(Collectors.joining(" ")), advertised, why);
    }

    private String advertised(InetSocketAddress bound) {
        var address = bound.getAddress();
        String host = address.isAnyLocalAddress()
                ? options.addresses().advertised()
                : Subnet6.shortened(address.getHostAddress());
        return text(host, bound.getPort());
    }

    /** Both versions listen where people write this. */
    private static String text(InetSocketAddress address) {
        var bound = address.getAddress();
        return text(
                bound.isAnyLocalAddress() ? "0.0.0.0" : Subnet6.shortened(bound.getHostAddress()), address.getPort());
    }

    private static String text(String host, int port) {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    private List<InetSocketAddress> names(DnsServer server, Predicate<InetAddress> askers, Optional<String> gateway)
            throws IOException {
        var bound = new ArrayList<InetSocketAddress>();
        for (InetSocketAddress address : sockets(options.addresses().names(), options.dnsPort())) {
            bound.add(server.listen(address, askers));
        }
        if (gateway.isPresent()) {
            server.listen(new InetSocketAddress(gateway.get(), DNS_OF_ALLOCATIONS));
        }
        return List.copyOf(bound);
    }

    private HttpServer.Setup nomadApi(
            AgentIdentity identity,
            Region region,
            LiveCatalog catalog,
            Optional<LocalNode> view,
            Observation observation) {
        var api = options.configuration().api();
        return HttpServer.Setup.of(
                        "nomad",
                        SecuredApis.plainOfNomad(options),
                        Dialect.NOMAD,
                        NomadDialect.router(identity, region, catalog, view, observation),
                        Gate.accessControlOff())
                .withStandingHeaders(headers(Headers.none(), api.nomadHeaders()))
                .withLimits(limits(api.nomadConnectionsPerCaller()));
    }

    private HttpServer.Setup consulApi(
            AgentIdentity identity,
            Region region,
            LiveCatalog catalog,
            Optional<NativeIdentities> natives,
            Observation observation) {
        var api = options.configuration().api();
        var otherwise = options.allowByDefault() ? IntentionAction.ALLOW : IntentionAction.DENY;
        return HttpServer.Setup.of(
                        "consul",
                        SecuredApis.plainOfConsul(options),
                        Dialect.CONSUL,
                        ConsulDialect.router(identity, region, catalog, otherwise, natives, observation),
                        Gate.accessControlOff())
                .withStandingHeaders(headers(ConsulDialect.standingHeaders(identity), api.consulHeaders()))
                .withLimits(limits(api.consulConnectionsPerCaller()));
    }

    static List<InetSocketAddress> sockets(List<String> addresses, int port) {
        return addresses.stream()
                .map(address -> new InetSocketAddress(address, port))
                .toList();
    }

    private static Headers headers(Headers standing, Map<String, String> configured) {
        var all = standing;
        for (var header : configured.entrySet()) {
            all = all.with(header.getKey(), header.getValue());
        }
        return all;
    }

    private static Limits limits(int connectionsPerCaller) {
        var standard = Limits.standard();
        return connectionsPerCaller == 0
                ? standard.withConnections(standard.connectionsMax(), standard.connectionsMax())
                : standard.withConnections(standard.connectionsMax(), connectionsPerCaller);
    }
}
