package dev.steppe.agent;

import dev.steppe.agent.link.CertificateKeeper;
import dev.steppe.agent.link.KeptIdentity;
import dev.steppe.api.AccessControl;
import dev.steppe.api.Forwarding;
import dev.steppe.api.ServerRegion;
import dev.steppe.api.agents.AgentWords;
import dev.steppe.api.http.Refused;
import dev.steppe.consensus.Consensus;
import dev.steppe.consensus.Leadership;
import dev.steppe.consensus.MemberId;
import dev.steppe.io.Loop;
import dev.steppe.model.AuthorityRoot;
import dev.steppe.model.ServerMember;
import dev.steppe.model.codec.Codec;
import dev.steppe.security.certificate.AgentRequest;
import dev.steppe.server.AgentEndpoint;
import dev.steppe.server.MemberFormats;
import dev.steppe.server.Server;
import dev.steppe.state.Store;
import dev.steppe.wire.network.AgentCalls;
import dev.steppe.wire.network.AgentRole;
import dev.steppe.wire.network.HostPort;
import dev.steppe.wire.network.Standing;
import dev.steppe.wire.network.StreamDoor;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A server among the others: who leads and where they are called, as its log and its state say; tells the others of
 * itself, and renews its own certificate from the authority in the state.
 */
final class ServerLinks
        implements Forwarding.Servers, CertificateKeeper.Source, MemberFormats, AccessControl.KnownTokens {
    private static final System.Logger LOG = System.getLogger(ServerLinks.class.getName());
    private static final Duration TELL_EVERY = Duration.ofSeconds(1);
    private static final Duration TELL_WITHIN = Duration.ofSeconds(10);
    private static final Duration BARRIER_WITHIN = Duration.ofSeconds(3);

    private final Loop loop;
    private final LinkPart link;
    private final ServerMember self;
    private final Server server;
    private final Store store;
    private final Consensus consensus;
    private final StreamDoor door;
    private final ServerWatch watch;
    private boolean authorityKnown;
    private boolean closed;

    /** The loop is the server's own. */
    ServerLinks(Loop loop, LinkPart link, ServerMember self, Server server, Store store, Consensus consensus) {
        this.loop = loop;
        this.link = link;
        this.self = self;
        this.server = server;
        this.store = store;
        this.consensus = consensus;
        this.door = new StreamDoor(loop, this::standing);
        this.watch = new ServerWatch(loop, link.calls());
    }

    /** Where nodes' streams come in. */
    StreamDoor door() {
        return door;
    }

    /** Begins to tell the others. */
    void start() {
        server.ask(this);
        loop.execute(this::tell);
    }

    void close() {
        loop.execute(() -> closed = true);
    }

    /** Whether the server at that address answered lately, as far as this one knows. */
    boolean answers(HostPort server) {
        return watch.answers(server);
    }

    @Override
    public List<String> objections(int format) {
        var found = new ArrayList<String>();
        for (var member : consensus.membership().members().all()) {
            if (!member.id().value().equals(self.id())) {
                objection(store.snapshot().server(member.id().value()), member.id(), format)
                        .ifPresent(found::add);
            }
        }
        return found;
    }

    private Optional<String> objection(Optional<ServerMember> known, MemberId id, int format) {
        var understood = known.flatMap(ServerLinks::address).flatMap(watch::logFormat);
        var name = known.map(ServerMember::name).orElseGet(id::value);
        if (understood.isEmpty()) {
            return Optional.of("server " + name + " does not answer, so nobody knows which one it understands: start it"
                    + " again, or take it out with steppe operator raft remove-peer");
        }
        return understood.get() >= format
                ? Optional.empty()
                : Optional.of("server " + name + " understands format " + understood.get() + ": upgrade it");
    }

    @Override
    public boolean contains(String digest) throws IOException, InterruptedException {
        if (store.snapshot().accessToken(digest).isPresent()) {
            return true;
        }
        if (part() == Forwarding.Part.LEADS) {
            return false;
        }
        awaitNewest();
        return store.snapshot().accessToken(digest).isPresent();
    }

    /** The servers of this region, as they told of themselves. */
    List<ServerMember> members() {
        var all = new ArrayList<ServerMember>();
        for (ServerMember member : store.snapshot().servers()) {
            if (isMember(member)) {
                all.add(member);
            }
        }
        return all;
    }

    private Set<HostPort> others() {
        var addresses = new TreeSet<HostPort>();
        for (ServerMember member : store.snapshot().servers()) {
            if (!member.id().equals(self.id()) && isMember(member)) {
                address(member).ifPresent(addresses::add);
            }
        }
        return addresses;
    }

    /** Those that left are told of no more. */
    private boolean isMember(ServerMember member) {
        var members = consensus.membership().members();
        return members.all().isEmpty() || members.contains(new MemberId(member.id()));
    }

    /** This server's part now. */
    Standing standing() {
        var addresses = new TreeSet<>(others());
        address(self).ifPresent(addresses::add);
        return new Standing(part() == Forwarding.Part.LEADS, leader(), List.copyOf(addresses));
    }

    private static Optional<HostPort> address(ServerMember member) {
        try {
            return Optional.of(HostPort.parse(member.agentAddress(), 0));
        } catch (IllegalArgumentException nobodyCallsIt) {
            return Optional.empty();
        }
    }

    @Override
    public Forwarding.Part part() {
        return consensus.leadership() instanceof Leadership.Leading ? Forwarding.Part.LEADS : Forwarding.Part.FOLLOWS;
    }

    @Override
    public Optional<HostPort> leader() {
        return switch (consensus.leadership()) {
            case Leadership.Leading leading -> address(self);
            case Leadership.Following following ->
                following
                        .leader()
                        .map(MemberId::value)
                        .flatMap(store.snapshot()::server)
                        .flatMap(ServerLinks::address);
            case Leadership.Stopped stopped -> Optional.empty();
        };
    }

    @Override
    public List<HostPort> toTry() {
        return leader().stream().toList();
    }

    @Override
    public void awaitNewest() throws IOException, InterruptedException {
        var reached = new ArrayBlockingQueue<Consensus.Barrier>(1);
        consensus.readBarrier(reached::add);
        switch (Optional.ofNullable(reached.poll(BARRIER_WITHIN.toMillis(), TimeUnit.MILLISECONDS))
                .orElseGet(() -> new Consensus.Barrier.Unavailable("no answer from the leader in time"))) {
            case Consensus.Barrier.Reached ok -> {}
            case Consensus.Barrier.Unavailable unavailable -> throw new IOException(unavailable.reason());
        }
    }

    private void tell() {
        if (closed) {
            return;
        }
        door.serversMayHaveChanged();
        watch.look(others());
        var servers = standing().servers();
        if (store.snapshot().servers().iterator().hasNext()) {
            // before that this server knows of itself only, and would forget whom it has to ask
            link.servers().told(servers);
        }
        link.servers().led(leader());
        if (!authorityKnown && store.snapshot().activeRoot().isPresent()) {
            authorityKnown = true;
            link.authorityIsKnown();
        }
        boolean known = store.snapshot().server(self.id()).equals(Optional.of(self));
        if (!known && part() == Forwarding.Part.LEADS) {
            server.agents().announce(self, reply -> {});
        } else if (!known && leader().isPresent()) {
            tell(leader().get());
            return;
        }
        loop.after(TELL_EVERY, this::tell);
    }

    private void tell(HostPort leader) {
        loop.<AgentCalls.Answer>offload(
                "announce-server",
                () -> link.calls()
                        .ask(
                                leader,
                                AgentCalls.Call.put(AgentWords.SERVER, Codec.toJsonBytes(self, false)),
                                TELL_WITHIN),
                outcome -> {
                    if (outcome instanceof Loop.Outcome.Failed<AgentCalls.Answer> failed) {
                        LOG.log(
                                Level.WARNING,
                                "the leader does not know this server yet reason="
                                        + failed.reason().getMessage());
                    }
                    if (outcome instanceof Loop.Outcome.Done<AgentCalls.Answer> done
                            && !done.value().isGood()) {
                        LOG.log(
                                Level.WARNING,
                                "the leader does not take this server in reason="
                                        + done.value().text().strip());
                    }
                    loop.after(TELL_EVERY, this::tell);
                });
    }

    @Override
    public List<String> authorities() {
        var snapshot = store.snapshot();
        var all = new LinkedHashSet<String>();
        snapshot.activeRoot().map(AuthorityRoot::certificatePem).ifPresent(all::add);
        for (AuthorityRoot root : snapshot.roots()) {
            all.add(root.certificatePem());
        }
        return List.copyOf(all);
    }

    @Override
    public KeptIdentity renew(AgentRequest request) throws IOException, InterruptedException {
        try {
            var done = ServerRegion.<AgentEndpoint.Certified>done(then -> server.agents()
                    .certify(new AgentEndpoint.CertificateWish(AgentRole.SERVER, "", request.der()), then));
            return new KeptIdentity(
                    AgentRole.SERVER.word(),
                    "",
                    request.privateKeyPem().revealText(),
                    done.value().chainPem(),
                    new ArrayList<>(done.value().rootsPem()));
        } catch (Refused refused) {
            throw new IOException(refused.text(), refused);
        }
    }
}
