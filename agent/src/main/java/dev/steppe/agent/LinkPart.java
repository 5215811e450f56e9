package dev.steppe.agent;

import dev.steppe.agent.configuration.LinkSettings;
import dev.steppe.agent.link.CertificateKeeper;
import dev.steppe.agent.link.Joining;
import dev.steppe.agent.link.KeptIdentity;
import dev.steppe.agent.link.LinkFiles;
import dev.steppe.client.node.Fingerprint;
import dev.steppe.io.Loop;
import dev.steppe.io.ThreadLoop;
import dev.steppe.security.certificate.AgentRequest;
import dev.steppe.security.certificate.AgentSubject;
import dev.steppe.security.certificate.AuthoritySettings;
import dev.steppe.security.certificate.CertificateAuthority;
import dev.steppe.security.identity.IdentityRefused;
import dev.steppe.security.identity.SpiffeId;
import dev.steppe.security.identity.TrustDomain;
import dev.steppe.server.formation.Formation;
import dev.steppe.wire.network.AgentCalls;
import dev.steppe.wire.network.AgentNames;
import dev.steppe.wire.network.AgentRole;
import dev.steppe.wire.network.AgentTls;
import dev.steppe.wire.network.HostPort;
import dev.steppe.wire.network.KnownServers;
import dev.steppe.wire.network.SharedKey;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/** What an agent has to do with other agents: what it proves itself with, and the servers it knows. */
final class LinkPart {
    private static final System.Logger LOG = System.getLogger(LinkPart.class.getName());
    /** Until the cluster's own log has the authority and makes certificates of the usual life. */
    private static final Duration FIRST_CERTIFICATE_LIFE = Duration.ofDays(90);

    private static final Duration JOIN_PATIENCE = Duration.ofSeconds(30);
    private static final Duration JOIN_PAUSE = Duration.ofSeconds(1);

    private final AgentOptions options;
    private final SecureRandom random;
    private final LinkFiles files;
    private final AgentNames names;
    private final AgentRole role;
    private final AgentTls tls;
    private final KnownServers servers;
    private final AgentCalls calls;
    private final AgentCalls nodeCalls;
    private final SharedKey sharedKey;
    private final Loop loop;
    private final CompletableFuture<String> givenUp = new CompletableFuture<>();
    private Optional<CertificateAuthority> firstAuthority = Optional.empty();

    /** Gets the agent what it needs, from where it can: files, what it kept, a token, or its own authority. */
    static LinkPart start(Parts parts, AgentOptions options, OwnCertificates certificates, SecureRandom random)
            throws IOException {
        return new LinkPart(parts, options, certificates, random);
    }

    private LinkPart(Parts parts, AgentOptions options, OwnCertificates certificates, SecureRandom random)
            throws IOException {
        this.options = options;
        this.random = random;
        var settings = options.configuration().link();
        files = new LinkFiles(options.linkDirectory());
        names = new AgentNames(
                options.configuration().region(),
                options.datacenter(),
                settings.own().isEmpty() || settings.verifyNames());
        loop = parts.add(new ThreadLoop("link"));
        role = options.configuration().server().enabled() ? AgentRole.SERVER : AgentRole.CLIENT;
        sharedKey = sharedKey(settings);
        var configured = new ArrayList<HostPort>();
        for (String address : settings.servers()) {
            configured.add(HostPort.parse(address, Joining.USUAL_PORT));
        }
        try {
            tls = settings.own().isPresent()
                    ? certificates.read(
                            new OwnCertificates.Purpose("before other agents", names, Optional.of(role)),
                            settings.own().get(),
                            newer -> newer.link().own())
                    : new AgentTls(names, kept(configured).credentials());
        } catch (GeneralSecurityException unusable) {
            throw new IOException("the certificates of this agent cannot be used: " + unusable.getMessage(), unusable);
        }
        servers = new KnownServers(configured, files.servers());
        servers.onTold(known -> loop.execute(() -> keep(known)));
        calls = parts.add(AgentCalls.of(tls, sharedKey));
        nodeCalls = parts.add(AgentCalls.toNodes(tls, sharedKey));
    }

    /** As configured, unless the keys were changed while servers ran; without a key there is nothing to change. */
    private SharedKey sharedKey(LinkSettings settings) throws IOException {
        var shared = new SharedKey(settings.encrypt());
        var kept = files.keys();
        if (settings.encrypt().isPresent() && role == AgentRole.SERVER && !kept.isEmpty()) {
            if (!kept.getFirst().equals(settings.encrypt().get())) {
                LOG.log(
                        Level.WARNING,
                        "the key in encrypt is not used: the keys were changed while servers ran, and keyring.json in "
                                + options.linkDirectory() + " has them");
            }
            shared.replace(kept);
        }
        return shared;
    }

    private void keep(List<HostPort> known) {
        try {
            files.keep(known);
        } catch (IOException failed) {
            LOG.log(Level.WARNING, "the servers could not be written down reason=" + failed.getMessage());
        }
    }

    private KeptIdentity kept(List<HostPort> configured) throws IOException {
        var kept = files.identity();
        if (kept.isPresent() && kept.get().agentRole() == role) {
            prepared();
            return kept.get();
        }
        if (options.join().isPresent()) {
            return join(Joining.parse(options.join().get()));
        }
        if (kept.isPresent()) {
            throw new IOException("this agent joined as a " + kept.get().role() + " and is now a " + role.word()
                    + ": join again with -join=<address>#<token> of a token for a " + role.word());
        }
        if (role == AgentRole.SERVER && (configured.isEmpty() || beginsAlone())) {
            return first();
        }
        throw new IOException("this agent has nothing to prove itself with to others: start it once with"
                + " -join=<address of a server>#<token> (steppe agent join-token"
                + (role == AgentRole.SERVER ? " -server" : "")
                + " prints the token on a server), or name own certificates"
                + " in tls { rpc = true ca_file cert_file key_file }, for the name " + names.of(role)
                + (role == AgentRole.SERVER
                        ? "; the first server of a new cluster is started with -bootstrap-expect=1 instead"
                        : ""));
    }

    /** Somebody said that this server waits for no other, so a cluster may begin here. */
    private boolean beginsAlone() {
        return options.configuration().server().bootstrapExpect() == 1;
    }

    private KeptIdentity join(Joining joining) throws IOException {
        try {
            var joined = admitted(joining);
            files.keep(joined.servers());
            files.keep(joined.identity());
            LOG.log(Level.INFO, "joined a cluster as=" + role.word() + " servers=" + joined.servers());
            return joined.identity();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while joining", stopping);
        }
    }

    /** Asks again while nobody takes the call: servers that are started together are not all there at once. */
    private Joining.Joined admitted(Joining joining) throws IOException, InterruptedException {
        long until = System.nanoTime()
                + options.configuration()
                        .link()
                        .giveUpAfter()
                        .orElse(JOIN_PATIENCE)
                        .toNanos();
        while (true) {
            try {
                return joining.join(names, role, node(), sharedKey, random);
            } catch (Joining.UnansweredException away) {
                if (System.nanoTime() > until) {
                    throw away;
                }
                LOG.log(Level.WARNING, away.getMessage() + "; asking again");
                pause();
            }
        }
    }

    private void pause() throws InterruptedException {
        var over = new CountDownLatch(1);
        loop.execute(() -> loop.after(JOIN_PAUSE, over::countDown));
        over.await();
    }

    private String node() throws IOException {
        return options.configuration().client().enabled()
                ? Fingerprint.nodeId(
                                options.clientDirectory(),
                                options.configuration().nodeId())
                        .value()
                : "";
    }

    /** The authority that an earlier start made and that may not be in the log yet. */
    private void prepared() throws IOException {
        firstAuthority = files.authority()
                .map(stored -> CertificateAuthority.restore(stored, AuthoritySettings.standard(), random));
    }

    /** The first server of a cluster makes the authority, and with it its own certificate. */
    private KeptIdentity first() throws IOException {
        prepared();
        if (firstAuthority.isEmpty()) {
            var made = CertificateAuthority.create(
                    TrustDomain.ofCluster(new UUID(random.nextLong(), random.nextLong())),
                    AuthoritySettings.standard(),
                    Instant.now(),
                    random);
            files.keep(made.stored());
            firstAuthority = Optional.of(made);
        }
        var authority = firstAuthority.get();
        var request = AgentRequest.create(random);
        try {
            var leaf = authority.signAgent(
                    request.der(),
                    new AgentSubject(
                            new SpiffeId.ServerAgent(authority.trustDomain(), options.datacenter()),
                            List.of(names.of(AgentRole.SERVER))),
                    FIRST_CERTIFICATE_LIFE,
                    Instant.now(),
                    random);
            var identity = new KeptIdentity(
                    AgentRole.SERVER.word(),
                    "",
                    request.privateKeyPem().revealText(),
                    leaf.pem(),
                    List.of(authority.root().certificatePem()));
            files.keep(identity);
            return identity;
        } catch (IdentityRefused refused) {
            throw new IOException("the first certificate could not be made: " + refused.getMessage(), refused);
        }
    }

    /** Renews the certificate from now on; own ones are for whoever made them. */
    void keepCertificate(Parts parts, CertificateKeeper.Source source) {
        if (options.configuration().link().own().isEmpty()) {
            var keeper = new CertificateKeeper(loop, tls, files, source, random);
            parts.add(keeper::close);
            keeper.start();
        }
    }

    /** How long a server looks for others, with the end that the configuration sets. */
    Formation.Patience patience(Duration pause) {
        return new Formation.Patience(pause, options.configuration().link().giveUpAfter(), givenUp::complete);
    }

    /** Gives up where the configuration sets an end and no server took this agent until then. */
    void giveUpUnlessReached() {
        options.configuration()
                .link()
                .giveUpAfter()
                .ifPresent(limit -> loop.execute(() -> loop.after(limit, () -> {
                    if (!servers.wasReached()) {
                        givenUp.complete("none of the servers at "
                                + servers.all().stream().map(HostPort::toString).collect(Collectors.joining(", "))
                                + " took this agent for " + limit.toSeconds() + " s");
                    }
                })));
    }

    /** Told why, when this agent gave up looking for others. */
    CompletableFuture<String> givenUp() {
        return givenUp;
    }

    /** The authority to begin the log with, where this is the first server. */
    Optional<CertificateAuthority> firstAuthority() {
        return firstAuthority;
    }

    /** The log has an authority; the one that was made is that one, or not needed. */
    void authorityIsKnown() {
        try {
            files.forgetAuthority();
        } catch (IOException failed) {
            LOG.log(Level.WARNING, "the key of the authority could not be removed reason=" + failed.getMessage());
        }
    }

    /** Where the configuration says that servers of other regions are called. */
    List<String> otherRegions() {
        return options.configuration().link().otherRegions();
    }

    /** Whether this agent's certificates come from its operator. */
    boolean hasOwnCertificates() {
        return options.configuration().link().own().isPresent();
    }

    AgentTls tls() {
        return tls;
    }

    AgentNames names() {
        return names;
    }

    LinkFiles files() {
        return files;
    }

    SharedKey sharedKey() {
        return sharedKey;
    }

    AgentCalls calls() {
        return calls;
    }

    /** For what a server asks agents of nodes. */
    AgentCalls nodeCalls() {
        return nodeCalls;
    }

    KnownServers servers() {
        return servers;
    }

    AgentRole role() {
        return role;
    }
}
