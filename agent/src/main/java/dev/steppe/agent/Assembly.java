package dev.steppe.agent;

import dev.steppe.agent.configuration.Configuration;
import dev.steppe.api.AgentControl;
import dev.steppe.api.AgentIdentity;
import dev.steppe.api.GossipKeys;
import dev.steppe.api.http.Refused;
import dev.steppe.cli.Version;
import dev.steppe.client.Client;
import dev.steppe.client.data.DataReader;
import dev.steppe.client.disk.FarDisks;
import dev.steppe.client.node.Fingerprint;
import dev.steppe.consensus.Leadership;
import dev.steppe.io.ThreadLoop;
import dev.steppe.io.sockets.FreePorts;
import dev.steppe.server.Server;
import dev.steppe.wire.Transport;
import dev.steppe.wire.network.StreamDialer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One agent, put together by hand from its parts: a server, a node, and the edge that people and programs talk to. Nothing
 * is shared with another agent in the same process.
 */
public final class Assembly implements AutoCloseable {
    /** The version this agent reports. */
    static final String VERSION = Version.number().replace("-SNAPSHOT", "");

    private static final Duration STOP_DEADLINE = Duration.ofSeconds(30);

    private final AgentOptions options;
    private final Parts parts;
    private final Optional<ServerPart> server;
    private final Optional<NodePart> node;
    private final EdgePart edge;
    /** The edge once all of it listens: who is quick asks the first listener before that. */
    private final AtomicReference<Optional<EdgePart>> opened = new AtomicReference<>(Optional.empty());

    private final CompletableFuture<String> givenUp;
    private final CompletableFuture<String> logStopped = new CompletableFuture<>();
    private final OwnCertificates certificates = new OwnCertificates();
    private final AtomicReference<Reload> reload = new AtomicReference<>(AgentControl.none()::reload);

    /** Starts an agent. When a part cannot start, those before it are ended again. */
    public static Assembly start(AgentOptions options) throws IOException {
        var parts = new Parts();
        try {
            return new Assembly(parts, options.withRealPorts(parts.add(new FreePorts())));
        } catch (IOException | RuntimeException failed) {
            parts.close();
            throw failed;
        }
    }

    private Assembly(Parts parts, AgentOptions options) throws IOException {
        this.parts = parts;
        this.options = options;
        AgentData.make(options);
        parts.add(DataClaim.take(options.dataDirectory()));
        var random = new SecureRandom();
        Optional<LinkPart> link = options.development()
                ? Optional.empty()
                : Optional.of(LinkPart.start(parts, options, certificates, random));
        givenUp = link.map(LinkPart::givenUp).orElseGet(CompletableFuture::new);
        server = options.configuration().server().enabled()
                ? Optional.of(ServerPart.start(parts, options, link, random))
                : Optional.empty();
        node = options.configuration().client().enabled()
                ? Optional.of(NodePart.start(parts, options, transport(link), disks(link), random))
                : Optional.empty();
        var identity = new AgentIdentity(
                options.name(),
                options.datacenter(),
                VERSION,
                server.isPresent(),
                node.isPresent(),
                options.configuration().accessControl(),
                new Control());
        edge = new EdgePart(parts, options, certificates, link, server, node, identity);
        opened.set(Optional.of(edge));
        server.ifPresent(it -> it.consensus().onLeadership(part -> {
            if (part instanceof Leadership.Stopped stopped) {
                logStopped.complete(stopped.reason());
            }
        }));
    }

    /** How the node reaches the data of other nodes' allocations; a development agent has no other node. */
    private Optional<FarDisks> disks(Optional<LinkPart> link) {
        return link.map(it -> new DisksElsewhere(it, server.map(ServerPart::store), EdgePart.NOMAD));
    }

    /** How the node reaches a server: within the process, or over the network. */
    private Transport transport(Optional<LinkPart> link) throws IOException {
        if (server.isPresent()) {
            return server.get().transport();
        }
        var reached = link.orElseThrow(() -> new IOException("a client without a server needs the network"));
        reached.keepCertificate(
                parts,
                new ClientLinks(
                        reached,
                        Fingerprint.nodeId(
                                        options.clientDirectory(),
                                        options.configuration().nodeId())
                                .value()));
        reached.giveUpUnlessReached();
        return new FarTransport(
                parts.add(new StreamDialer(reached.tls(), parts.add(new ThreadLoop("stream")), reached.servers())));
    }

    public Server server() {
        return server.orElseThrow().server();
    }

    public Client client() {
        return node.orElseThrow().client();
    }

    /** What the node's tasks read from the servers. */
    public DataReader data() {
        return node.orElseThrow().data();
    }

    /** Told why, when this agent gave up looking for servers and cannot go on. */
    CompletableFuture<String> givenUp() {
        return givenUp;
    }

    /** The first address of the Nomad API, with the real port where any was asked for. */
    InetSocketAddress nomadAddress() {
        return edge.nomadAddress();
    }

    /** Where other agents call this one, if it is a server that others can join. */
    Optional<InetSocketAddress> agentAddress() {
        return edge.agentAddress();
    }

    InetSocketAddress consulAddress() {
        return edge.consulAddress();
    }

    /** Done, with the reason, when this agent's log takes part no more: the agent is of little use from then on. */
    CompletableFuture<String> logStopped() {
        return logStopped;
    }

    /** What to do when somebody asks this agent to read its configuration again. */
    @FunctionalInterface
    interface Reload {
        List<String> again() throws IOException;
    }

    /** From now on a reload is done so. */
    void onReload(Reload how) {
        reload.set(how);
    }

    private final class Control implements AgentControl {
        @Override
        public List<String> reload() throws IOException {
            return reload.get().again();
        }

        @Override
        public String join(String address) throws Refused, IOException, InterruptedException {
            return server.flatMap(ServerPart::regions)
                    .orElseThrow(() -> Refused.unsupported("this agent has no server that others could know"))
                    .join(address);
        }

        @Override
        public GossipKeys keys() throws Refused {
            return server.flatMap(ServerPart::keyring)
                    .orElseThrow(() -> Refused.unsupported("this agent has no server that shares keys with others"));
        }

        @Override
        public List<Listener> listeners() {
            return opened.get().map(EdgePart::listeners).orElse(List.of());
        }
    }

    /** Reads the files of own certificates again; a line for each that is another now. Fails with none replaced. */
    List<String> readCertificates(Configuration changed) throws IOException {
        return certificates.again(changed);
    }

    /** Does what can be done without a new start; a line for each thing of the machine that is another now. */
    List<String> apply(Configuration changed) throws IOException {
        return node.isPresent() ? node.get().apply(changed) : List.of();
    }

    /** What a person who started the agent wants to know first. */
    String announcement() {
        return "==> Steppe agent started: " + edge.addresses() + "\n    others are told to call it at "
                + options.addresses().http(nomadAddress().getPort()) + ", because "
                + (options.addresses().advertisedHttp().isPresent()
                        ? "advertise.http says so"
                        : options.addresses().httpWhy())
                + (options.configuration().accessControl()
                        ? "\n    callers need a token; steppe acl bootstrap on a server makes the first one"
                        : "")
                + (options.addresses().areOpen() && !options.configuration().accessControl()
                        ? "\n    there is no access control (acl { enabled = true }): whoever reaches these addresses may do everything"
                                + (edge.asksCallers() ? ", with a certificate of the authority" : "")
                        : "")
                + "\n    data in " + options.dataDirectory()
                + (options.development()
                        ? "; Ctrl-C stops it and removes everything it started"
                        : "; tasks run on when it stops, and the next agent takes them over")
                + node.map(NodePart::noBridging)
                        .filter(why -> !why.isEmpty())
                        .map(why -> "\n    no bridge networking here: " + why + "; steppe doctor says what to do")
                        .orElse("");
    }

    /** Ends all allocations, then the agent, and removes its data. */
    void stopAndRemove() throws InterruptedException, IOException {
        if (!endAllocations(STOP_DEADLINE)) {
            System.getLogger(Assembly.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            "allocations did not end in time; they are taken over at the next start");
            close();
            return;
        }
        if (node.isPresent()) {
            node.get().removeTraces();
        }
        close();
        removeTree(options.dataDirectory());
        removeTree(options.runDirectory());
    }

    /** Ends all allocations and waits so long for it; the agent goes on. False where some did not end. */
    boolean endAllocations(Duration deadline) throws InterruptedException {
        return node.isEmpty() || node.get().endAllocations(deadline);
    }

    private static void removeTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (var paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    /** Lets go of everything in reverse order; tasks go on. Idempotent. */
    @Override
    public void close() {
        parts.close();
    }
}
