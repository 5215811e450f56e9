package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.model.AuthorityRoot;
import dev.steppe.model.FederatedRegion;
import dev.steppe.model.JoinToken;
import dev.steppe.model.Refusal;
import dev.steppe.model.ServerMember;
import dev.steppe.security.certificate.Leaf;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
import dev.steppe.wire.network.AgentRole;
import dev.steppe.wire.network.JoinSecret;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What agents ask about themselves: tokens to join with, certificates, and who the servers are. Methods may be called
 * from any thread; replies come on the server's loop.
 */
public final class AgentEndpoint {
    /** Long enough for a machine that is off for weeks; renewed from two thirds of it on. */
    private static final Duration CERTIFICATE_LIFE = Duration.ofDays(90);

    private static final Duration TOKEN_LIFE_MAX = Duration.ofDays(7);
    private static final int USES_MAX = 10_000;

    private final Loop loop;
    private final Store store;
    private final Proposals proposals;
    private final Certificates certificates;
    private final boolean ownCertificates;
    private final SecureRandom random;

    AgentEndpoint(
            Loop loop,
            Store store,
            Proposals proposals,
            Certificates certificates,
            boolean ownCertificates,
            SecureRandom random) {
        this.loop = loop;
        this.store = store;
        this.proposals = proposals;
        this.certificates = certificates;
        this.ownCertificates = ownCertificates;
        this.random = random;
    }

    /** A token as somebody wants it; with {@code region} it is no agent that joins but another region. */
    public record TokenWish(AgentRole role, Duration life, int uses, boolean region) {}

    /** A token that was made; the only time that its secret is seen. */
    public record TokenMade(JoinSecret secret, JoinToken token) {}

    /** Makes a token. */
    public void makeToken(TokenWish wish, Consumer<Reply<TokenMade>> then) {
        loop.execute(() -> {
            var root = store.snapshot().activeRoot();
            if (ownCertificates) {
                then.accept(Reply.refused(Refusal.invalid("the servers prove themselves with certificates of their"
                        + " operator, so tokens let nobody in: give the new agent a certificate of the same authority"
                        + " in tls { rpc = true ca_file cert_file key_file }")));
                return;
            }
            if (wish.life().compareTo(TOKEN_LIFE_MAX) > 0
                    || !wish.life().isPositive()
                    || wish.uses() < 1
                    || wish.uses() > USES_MAX) {
                then.accept(Reply.refused(Refusal.invalid("a join token lives up to " + TOKEN_LIFE_MAX.toDays()
                        + " days and is for 1 to " + USES_MAX + " agents")));
                return;
            }
            if (root.isEmpty()) {
                then.accept(Reply.unavailable("the certificate authority is not ready yet; try again"));
                return;
            }
            var secret = JoinSecret.create(root.get().certificatePem(), random);
            var token = new JoinToken(
                    secret.digest(),
                    wish.role() == AgentRole.SERVER,
                    loop.now().plus(wish.life()),
                    wish.uses(),
                    loop.now(),
                    wish.region());
            proposals.propose(
                    new Command.PutJoinToken(token, loop.now()),
                    reply -> then.accept(reply.map(index -> new TokenMade(secret, token))));
        });
    }

    /**
     * A wish for a certificate.
     *
     * @param node the node that a client's is for
     * @param request PKCS#10 in DER; names nobody
     */
    public record CertificateWish(AgentRole role, String node, byte[] request) {}

    /** A certificate with what leads to a root, and all roots, in PEM. */
    public record Certified(AgentRole role, String chainPem, List<String> rootsPem) {}

    /** Uses a token for an agent that is new. */
    public void join(String digest, CertificateWish wish, Consumer<Reply<Certified>> then) {
        loop.execute(() -> {
            var token = store.snapshot().joinToken(digest);
            if (token.isPresent() && token.get().region()) {
                then.accept(Reply.refused(new Refusal(
                        Refusal.Code.FORBIDDEN,
                        "the join token is for another region, whose operator gives it to steppe server join: make one"
                                + " for an agent with steppe agent join-token")));
                return;
            }
            boolean wrongRole = token.isPresent() && token.get().server() != (wish.role() == AgentRole.SERVER);
            if (wrongRole) {
                then.accept(Reply.refused(new Refusal(
                        Refusal.Code.FORBIDDEN,
                        token.get().server()
                                ? "the join token is for a server, and this agent is a client only: make one with steppe"
                                        + " agent join-token"
                                : "the join token is for a client, and this agent is a server: make one with steppe agent"
                                        + " join-token -server")));
                return;
            }
            proposals.propose(new Command.UseJoinToken(digest, loop.now()), reply -> {
                switch (reply) {
                    case Reply.Done<Long> done -> certify(wish, then);
                    case Reply.Refused<Long> refused ->
                        then.accept(Reply.refused(
                                refused.refusal().code() == Refusal.Code.CONFLICT
                                        ? new Refusal(
                                                Refusal.Code.FORBIDDEN,
                                                refused.refusal().message())
                                        : refused.refusal()));
                }
            });
        });
    }

    /** Makes a certificate for an agent that proved with its present one what it is. */
    public void certify(CertificateWish wish, Consumer<Reply<Certified>> then) {
        loop.execute(() -> certificates.signAgent(
                new Certificates.AgentWish(wish.role(), wish.node(), wish.request()),
                CERTIFICATE_LIFE,
                outcome -> then.accept(
                        switch (outcome) {
                            case Loop.Outcome.Done<Leaf> done -> {
                                var roots = new ArrayList<String>();
                                for (AuthorityRoot root : store.snapshot().roots()) {
                                    roots.add(root.certificatePem());
                                }
                                yield new Reply.Done<>(
                                        new Certified(wish.role(), done.value().pem(), roots),
                                        store.snapshot().index());
                            }
                            case Loop.Outcome.Failed<Leaf> failed ->
                                Reply.refused(Refusal.invalid(
                                        String.valueOf(failed.reason().getMessage())));
                        })));
    }

    /** Uses a token for a region that wants to be known here, and makes it known. */
    public void federate(String digest, FederatedRegion region, Consumer<Reply<Long>> then) {
        loop.execute(() -> {
            var token = store.snapshot().joinToken(digest);
            if (token.isPresent() && !token.get().region()) {
                then.accept(Reply.refused(new Refusal(
                        Refusal.Code.FORBIDDEN,
                        "the join token is for an agent, not for another region: make one with steppe agent join-token"
                                + " -federate")));
                return;
            }
            proposals.propose(new Command.UseJoinToken(digest, loop.now()), reply -> {
                switch (reply) {
                    case Reply.Done<Long> done -> putRegion(region, then);
                    case Reply.Refused<Long> refused ->
                        then.accept(Reply.refused(new Refusal(
                                refused.refusal().code() == Refusal.Code.CONFLICT
                                        ? Refusal.Code.FORBIDDEN
                                        : refused.refusal().code(),
                                refused.refusal().message())));
                }
            });
        });
    }

    /** Another region is known from now on, or something new of it. */
    public void putRegion(FederatedRegion region, Consumer<Reply<Long>> then) {
        loop.execute(() -> proposals.propose(new Command.PutRegion(region, loop.now()), then));
    }

    /** Another region is not known any more. */
    public void forgetRegion(String name, Consumer<Reply<Long>> then) {
        loop.execute(() -> proposals.propose(new Command.RemoveRegion(name, loop.now()), then));
    }

    /** A server tells what others should know of it. */
    public void announce(ServerMember server, Consumer<Reply<Long>> then) {
        loop.execute(() -> proposals.propose(new Command.PutServer(server, loop.now()), then));
    }

    /** A server is forgotten. */
    public void forget(String id, Consumer<Reply<Long>> then) {
        loop.execute(() -> proposals.propose(new Command.RemoveServer(id, loop.now()), then));
    }
}
