package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.model.AuthorityRoot;
import dev.steppe.security.certificate.AgentSubject;
import dev.steppe.security.certificate.AuthoritySettings;
import dev.steppe.security.certificate.CertificateAuthority;
import dev.steppe.security.certificate.Leaf;
import dev.steppe.security.identity.SpiffeId;
import dev.steppe.security.identity.TrustDomain;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
import dev.steppe.wire.Message;
import dev.steppe.wire.network.AgentRole;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/**
 * The certificate authority of the cluster: made once by the first leader, kept in the log
 * with its key sealed. Who is entitled to which
 * identity is not decided here. Owned by the server's loop; keys and signatures are made away from it.
 */
public final class Certificates {
    private static final System.Logger LOG = System.getLogger(Certificates.class.getName());

    private final Loop loop;
    private final Store store;
    private final Proposals proposals;
    private final Keyring keyring;
    private final Server.Options options;
    private final SecureRandom random;
    private final AuthoritySettings settings = AuthoritySettings.standard();
    private Optional<CertificateAuthority> authority = Optional.empty();
    private boolean making;

    Certificates(
            Loop loop, Store store, Proposals proposals, Keyring keyring, Server.Options options, SecureRandom random) {
        this.keyring = keyring;
        this.loop = loop;
        this.store = store;
        this.proposals = proposals;
        this.options = options;
        this.random = random;
    }

    /**
     * Makes the first root when there is none, and seals the key of one that an earlier version left in clear. Called on
     * the leader again and again; waits for the keyring.
     */
    void ensureRoot() {
        var snapshot = store.snapshot();
        if (making || snapshot.activeDataKey().isEmpty()) {
            return;
        }
        if (snapshot.activeRoot().isEmpty()) {
            var domain = TrustDomain.ofCluster(
                    new UUID(loop.random().nextLong(), loop.random().nextLong()));
            var now = loop.now();
            put(
                    "make-root",
                    () -> sealed(options.agents()
                            .authority()
                            .orElseGet(() -> CertificateAuthority.create(domain, settings, now, random))
                            .stored()));
            return;
        }
        for (AuthorityRoot root : snapshot.roots()) {
            if (root.sealedKey().isEmpty() && !root.privateKeyPem().isEmpty()) {
                put("seal-root", () -> sealed(root));
                return;
            }
        }
    }

    private void put(String what, Callable<AuthorityRoot> how) {
        making = true;
        loop.<AuthorityRoot>offload(what, how::call, outcome -> {
            switch (outcome) {
                case Loop.Outcome.Done<AuthorityRoot> made ->
                    proposals.propose(new Command.PutRoot(made.value(), loop.now()), reply -> making = false);
                case Loop.Outcome.Failed<AuthorityRoot> failed -> {
                    making = false;
                    LOG.log(
                            Level.ERROR,
                            "the key of the certificate authority cannot be made or sealed reason="
                                    + failed.reason().getMessage());
                }
            }
        });
    }

    private AuthorityRoot sealed(AuthorityRoot clear) throws IOException {
        return clear.sealed(keyring.seal(place(clear), clear.privateKeyPem().getBytes(StandardCharsets.UTF_8)));
    }

    /** The root with its key sealed under the key that is active now; empty where that cannot be done. */
    Optional<AuthorityRoot> resealed(AuthorityRoot root) {
        try {
            return Optional.of(sealed(opened(root)));
        } catch (IOException closed) {
            LOG.log(Level.WARNING, "the certificate authority is not sealed anew reason=" + closed.getMessage());
            return Optional.empty();
        }
    }

    private AuthorityRoot opened(AuthorityRoot root) throws IOException {
        return root.sealedKey().isEmpty()
                ? root
                : root.opened(
                        new String(keyring.open(place(root), root.sealedKey().get()), StandardCharsets.UTF_8));
    }

    private static String place(AuthorityRoot root) {
        return "certificate authority " + root.id();
    }

    /** Signs for a service that the caller has found the asking node entitled to, or says why not. */
    void sign(Message.SignLeaf wish, Consumer<Message.LeafSigned> then) {
        var snapshot = store.snapshot();
        var root = snapshot.activeRoot();
        if (root.isEmpty()) {
            then.accept(refused(wish, "the certificate authority is not ready yet; try again"));
            return;
        }
        var now = loop.now();
        loop.<Leaf>offload(
                "sign-leaf",
                () -> {
                    var signer = authority(root.get());
                    var id = new SpiffeId.Service(
                            signer.trustDomain(), SpiffeId.DEFAULT_NAMESPACE, options.datacenter(), wish.service());
                    return signer.sign(wish.certificateRequest(), id, now, random);
                },
                outcome -> then.accept(
                        switch (outcome) {
                            case Loop.Outcome.Done<Leaf> done ->
                                new Message.LeafSigned(
                                        wish.request(), done.value().pem(), "");
                            case Loop.Outcome.Failed<Leaf> failed ->
                                refused(wish, String.valueOf(failed.reason().getMessage()));
                        }));
    }

    /** Makes the certificate of an agent that the caller has found to be what it says. */
    void signAgent(AgentWish wish, Duration life, Consumer<Loop.Outcome<Leaf>> then) {
        var root = store.snapshot().activeRoot();
        if (root.isEmpty()) {
            then.accept(new Loop.Outcome.Failed<>(
                    new IllegalStateException("the certificate authority is not ready yet; try again")));
            return;
        }
        var now = loop.now();
        loop.offload(
                "sign-agent",
                () -> {
                    var signer = authority(root.get());
                    SpiffeId id = wish.role() == AgentRole.SERVER
                            ? new SpiffeId.ServerAgent(signer.trustDomain(), options.datacenter())
                            : new SpiffeId.ClientAgent(signer.trustDomain(), options.datacenter(), wish.node());
                    var subject = new AgentSubject(
                            id, List.of(options.agents().names().of(wish.role())));
                    return signer.signAgent(wish.request(), subject, life, now, random);
                },
                then);
    }

    /** What an agent is, which node it has, and the request for its certificate. */
    record AgentWish(AgentRole role, String node, byte[] request) {}

    private synchronized CertificateAuthority authority(AuthorityRoot root) throws IOException {
        if (authority.isEmpty() || !authority.get().root().id().equals(root.id())) {
            authority = Optional.of(CertificateAuthority.restore(opened(root), settings, random));
        }
        return authority.get();
    }

    static Message.LeafSigned refused(Message.SignLeaf wish, String reason) {
        return new Message.LeafSigned(wish.request(), "", reason);
    }
}
