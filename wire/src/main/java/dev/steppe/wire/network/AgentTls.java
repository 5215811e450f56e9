package dev.steppe.wire.network;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * An agent's side of mutual TLS. Its credentials may be replaced at any time: each new connection uses the newest, those
 * that are open keep the verdict of their handshake. Names of hosts mean nothing here, the name of the role is
 * everything. Safe for use from any thread.
 */
public final class AgentTls {
    private static final String ALIAS = "agent";

    private final AgentNames names;
    private final AtomicReference<Held> held;
    private final AtomicReference<List<Vouched>> foreign = new AtomicReference<>(List.of());
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    private record Held(Credentials credentials, X509TrustManager trust) {}

    /** Another region, and the authorities that vouch for its servers. */
    public record Foreign(String region, List<X509Certificate> roots) {
        public Foreign {
            roots = List.copyOf(roots);
        }
    }

    private record Vouched(Foreign of, X509TrustManager trust) {}

    /** Fails when the authorities cannot be used. */
    public AgentTls(AgentNames names, Credentials credentials) throws GeneralSecurityException {
        this.names = names;
        this.held = new AtomicReference<>(held(credentials));
    }

    private static Held held(Credentials credentials) throws GeneralSecurityException {
        return new Held(credentials, validator(credentials.roots()));
    }

    /** Checks chains against these roots, and no names. */
    static X509TrustManager validator(List<X509Certificate> roots) throws GeneralSecurityException {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (int i = 0; i < roots.size(); i++) {
                store.setCertificateEntry("root" + i, roots.get(i));
            }
            var factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            return (X509TrustManager) factory.getTrustManagers()[0];
        } catch (IOException impossible) {
            throw new GeneralSecurityException("a key store in memory cannot be made", impossible);
        }
    }

    /** Fails where the certificate does not come from one of the authorities. */
    public static void checkIssued(Credentials credentials) throws GeneralSecurityException {
        validator(credentials.roots())
                .checkClientTrusted(credentials.chain().toArray(X509Certificate[]::new), "UNKNOWN");
    }

    public AgentNames names() {
        return names;
    }

    public Credentials credentials() {
        return held.get().credentials;
    }

    /** Uses these from now on. */
    public void replace(Credentials newer) throws GeneralSecurityException {
        held.set(held(newer));
        listeners.forEach(Runnable::run);
    }

    /** Tells the listener of each replacement, on the thread that replaces. */
    public void onReplaced(Runnable listener) {
        listeners.add(listener);
    }

    /** Proves who this agent is, for as long as it likes: asked anew for each connection. */
    public X509ExtendedKeyManager keys() {
        return new Keys();
    }

    /** Accepts peers of the authority that are one of these. */
    public X509ExtendedTrustManager trust(AgentRole first, AgentRole... others) {
        return new Trust(EnumSet.of(first, others), chain -> false);
    }

    /** From now on servers of these other regions are known, and of no others. */
    public void know(List<Foreign> regions) throws GeneralSecurityException {
        if (foreign.get().stream().map(Vouched::of).toList().equals(regions)) {
            return;
        }
        var vouched = new ArrayList<Vouched>();
        for (Foreign region : regions) {
            vouched.add(new Vouched(region, validator(region.roots())));
        }
        foreign.set(List.copyOf(vouched));
    }

    /** Who showed this chain, which was accepted. */
    Peer peer(X509Certificate[] chain) {
        var roles = isTrusted(held.get().trust, chain) ? names.rolesOf(chain[0]) : Set.<AgentRole>of();
        return new Peer(roles, Optional.of(chain[0]), roles.isEmpty() ? foreignRegion(chain) : Optional.empty());
    }

    /**
     * The other region whose server this chain is for. An authority of this region may vouch for servers of any; one of
     * another region for that region's only.
     */
    private Optional<String> foreignRegion(X509Certificate[] chain) {
        var named = names.foreignRegions(chain[0]);
        if (!named.isEmpty() && isTrusted(held.get().trust, chain)) {
            return Optional.of(named.getFirst());
        }
        return foreign.get().stream()
                .filter(vouched -> named.contains(vouched.of.region()) && isTrusted(vouched.trust, chain))
                .map(vouched -> vouched.of.region())
                .findFirst();
    }

    private static boolean isTrusted(X509TrustManager trust, X509Certificate[] chain) {
        try {
            trust.checkClientTrusted(chain, "UNKNOWN");
            return true;
        } catch (CertificateException refused) {
            return false;
        }
    }

    /** Accepts peers of the authority that are one of these, and servers of other regions that are known. */
    X509ExtendedTrustManager trustForeign(AgentRole first, AgentRole... others) {
        return new Trust(
                EnumSet.of(first, others), chain -> foreignRegion(chain).isPresent());
    }

    /** Accepts servers of that other region, and nobody else. */
    public X509ExtendedTrustManager trustRegion(String region) {
        return new Trust(Set.of(), chain -> foreignRegion(chain).equals(Optional.of(region)));
    }

    /** Accepts servers of any region that this agent's authority vouches for or that is known. */
    public X509ExtendedTrustManager trustAnyRegion() {
        return new Trust(
                EnumSet.of(AgentRole.SERVER), chain -> foreignRegion(chain).isPresent());
    }

    /** Accepts whoever the authority vouches for, agent or not. */
    public X509ExtendedTrustManager trustAnybody() {
        return new Trust(Set.of(), chain -> isTrusted(held.get().trust, chain));
    }

    static void checkRole(AgentNames names, X509Certificate certificate, Set<AgentRole> accepted)
            throws CertificateException {
        if (Collections.disjoint(names.rolesOf(certificate), accepted)) {
            var expected = accepted.stream().map(names::of).sorted().toList();
            throw new CertificateException("the certificate is for " + AgentNames.namesOf(certificate) + "; expected "
                    + String.join(" or ", expected));
        }
    }

    private final class Trust extends X509ExtendedTrustManager {
        private final Set<AgentRole> accepted;
        private final Predicate<X509Certificate[]> others;

        /** Accepts agents of the region in one of these roles, and otherwise whom the test accepts. */
        private Trust(Set<AgentRole> accepted, Predicate<X509Certificate[]> others) {
            this.accepted = accepted;
            this.others = others;
        }

        private void check(X509Certificate[] chain, String method, boolean peerIsClient) throws CertificateException {
            try {
                var trust = held.get().trust;
                // without the connection: the validator would compare names of hosts
                if (peerIsClient) {
                    trust.checkClientTrusted(chain, method);
                } else {
                    trust.checkServerTrusted(chain, method);
                }
                checkRole(names, chain[0], accepted);
            } catch (CertificateException refused) {
                if (!others.test(chain)) {
                    throw refused;
                }
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String method, Socket socket)
                throws CertificateException {
            check(chain, method, true);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String method, Socket socket)
                throws CertificateException {
            check(chain, method, false);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String method, SSLEngine engine)
                throws CertificateException {
            check(chain, method, true);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String method, SSLEngine engine)
                throws CertificateException {
            check(chain, method, false);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String method) throws CertificateException {
            check(chain, method, true);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String method) throws CertificateException {
            check(chain, method, false);
        }

        /** Empty, so that a server does not tell strangers whom it trusts. */
        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private final class Keys extends X509ExtendedKeyManager {

        private @Nullable String alias(Iterable<String> kinds) {
            String own = credentials().key().getAlgorithm();
            for (String kind : kinds) {
                // a kind may say how it is signed, as in EC_EC
                if (kind.equals(own) || kind.startsWith(own + "_")) {
                    return ALIAS;
                }
            }
            return null;
        }

        @Override
        public String @Nullable [] getClientAliases(String kind, Principal @Nullable [] issuers) {
            return Optional.ofNullable(alias(List.of(kind)))
                    .map(alias -> new String[] {alias})
                    .orElse(null);
        }

        @Override
        public @Nullable String chooseClientAlias(
                String[] kinds, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return alias(List.of(kinds));
        }

        @Override
        public @Nullable String chooseEngineClientAlias(
                String[] kinds, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return alias(List.of(kinds));
        }

        @Override
        public String @Nullable [] getServerAliases(String kind, Principal @Nullable [] issuers) {
            return getClientAliases(kind, issuers);
        }

        @Override
        public @Nullable String chooseServerAlias(
                String kind, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return alias(List.of(kind));
        }

        @Override
        public @Nullable String chooseEngineServerAlias(
                String kind, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return alias(List.of(kind));
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return credentials().chain().toArray(X509Certificate[]::new);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return credentials().key();
        }
    }
}
