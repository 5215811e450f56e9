package dev.steppe.security.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.model.AuthorityRoot;
import dev.steppe.security.identity.IdentityRefused;
import dev.steppe.security.identity.IdentityRefused.Reason;
import dev.steppe.security.identity.SpiffeId;
import dev.steppe.security.identity.TrustDomain;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Proves that the authority's certificates hold before the JDK's own validator, and what it does not sign. */
class CertificateAuthorityTest {
    private static final TrustDomain DOMAIN =
            TrustDomain.ofCluster(UUID.fromString("11111111-2222-3333-4444-555555555555"));
    private static final TrustDomain FOREIGN =
            TrustDomain.ofCluster(UUID.fromString("99999999-2222-3333-4444-555555555555"));
    private static final SpiffeId WEB = new SpiffeId.Service(DOMAIN, "default", "dc1", "web");
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private final SecureRandom random = new SecureRandom();
    private final CertificateAuthority authority =
            CertificateAuthority.create(DOMAIN, AuthoritySettings.standard(), NOW, random);

    @Test
    void a_leaf_is_valid_before_the_jdk_validator_with_the_root_as_anchor() throws Exception {
        LeafRequest request = LeafRequest.create(WEB, random);
        Leaf leaf = authority.sign(request.der(), WEB, NOW, random);
        validate(leaf.chain(), NOW, authority.root());
        assertThat(leaf.id()).isEqualTo(WEB);
        assertThat(leaf.authorityKeyId()).isEqualTo(authority.root().signingKeyId());
        assertThat(leaf.notBefore()).isEqualTo(NOW.minusSeconds(60));
        assertThat(leaf.notAfter()).isEqualTo(NOW.minusSeconds(60).plus(Duration.ofHours(72)));
        assertThat(leaf.serialNumber()).matches("([0-9a-f]{2}:)+[0-9a-f]{2}");
    }

    @Test
    void a_leaf_proves_client_and_server_and_cannot_sign() throws Exception {
        Leaf leaf = authority.sign(LeafRequest.create(WEB, random).der(), WEB, NOW, random);
        X509Certificate certificate = leaf.chain().getFirst();
        assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1");
        assertThat(certificate.getKeyUsage()[0]).as("digital signature").isTrue();
        assertThat(certificate.getKeyUsage()[5]).as("certificate signing").isFalse();
        assertThat(certificate.getSubjectX500Principal().getName()).isEmpty();
        assertThat(certificate.getCriticalExtensionOIDs()).contains("2.5.29.17");
    }

    @Test
    void a_root_names_its_trust_domain_and_may_sign() {
        X509Certificate certificate = authority.root().certificate();
        assertThat(authority.root().name()).matches("pri-[0-9a-z]{8}\\.consul\\.ca\\.11111111\\.consul");
        assertThat(certificate.getSubjectX500Principal()).isEqualTo(certificate.getIssuerX500Principal());
        assertThat(certificate.getBasicConstraints()).isGreaterThanOrEqualTo(0);
        assertThat(certificate.getKeyUsage()[5]).isTrue();
        assertThat(authority.root().notBefore()).isEqualTo(NOW.minusSeconds(60));
        assertThat(authority.root().notAfter()).isEqualTo(NOW.plus(Duration.ofHours(87600)));
        assertThat(authority.trustDomain()).isEqualTo(DOMAIN);
    }

    @Test
    void a_leaf_of_another_authority_of_the_same_name_is_not_valid() throws Exception {
        CertificateAuthority other = CertificateAuthority.create(DOMAIN, AuthoritySettings.standard(), NOW, random);
        Leaf leaf = other.sign(LeafRequest.create(WEB, random).der(), WEB, NOW, random);
        assertThatThrownBy(() -> validate(leaf.chain(), NOW, authority.root()))
                .isInstanceOf(CertPathValidatorException.class);
    }

    @Test
    void a_leaf_is_not_valid_after_its_time_and_is_for_a_clock_a_minute_behind() throws Exception {
        Leaf leaf = authority.sign(LeafRequest.create(WEB, random).der(), WEB, NOW, random);
        validate(leaf.chain(), NOW.minusSeconds(59), authority.root());
        assertThatThrownBy(() -> validate(leaf.chain(), NOW.minusSeconds(61), authority.root()))
                .hasRootCauseInstanceOf(CertificateNotYetValidException.class);
        assertThatThrownBy(() -> validate(leaf.chain(), NOW.plus(Duration.ofHours(72)), authority.root()))
                .hasRootCauseInstanceOf(CertificateExpiredException.class);
    }

    @Test
    void a_leaf_does_not_outlive_its_root_and_an_expired_root_signs_nothing() throws Exception {
        AuthoritySettings shortLived =
                new AuthoritySettings(Duration.ofHours(10), Duration.ofHours(8), Duration.ofMinutes(1));
        CertificateAuthority dying = CertificateAuthority.create(DOMAIN, shortLived, NOW, random);
        LeafRequest request = LeafRequest.create(WEB, random);
        Leaf leaf = dying.sign(request.der(), WEB, NOW.plus(Duration.ofHours(9)), random);
        assertThat(leaf.notAfter()).isEqualTo(dying.root().notAfter());
        refused(
                Reason.AUTHORITY_EXPIRED,
                "rotate the root",
                () -> dying.sign(request.der(), WEB, NOW.plus(Duration.ofHours(11)), random));
    }

    @Test
    void times_after_2049_are_encoded_so_that_they_can_be_read() {
        Instant late = Instant.parse("2055-07-01T03:04:05Z");
        CertificateAuthority future = CertificateAuthority.create(DOMAIN, AuthoritySettings.standard(), late, random);
        assertThat(future.root().notBefore()).isEqualTo(late.minusSeconds(60));
    }

    @Test
    void an_authority_comes_back_from_what_was_stored_and_signs_for_the_same_root() throws Exception {
        AuthorityRoot stored = authority.stored();
        CertificateAuthority restored = CertificateAuthority.restore(stored, AuthoritySettings.standard(), random);
        Leaf leaf = restored.sign(LeafRequest.create(WEB, random).der(), WEB, NOW, random);
        validate(leaf.chain(), NOW, authority.root());
        assertThat(restored.root()).isEqualTo(authority.root());
        assertThat(stored.toString()).doesNotContain("PRIVATE KEY");
        assertThat(authority.toString()).doesNotContain("PRIVATE KEY");
    }

    @Test
    void a_stored_root_whose_parts_do_not_fit_is_refused() {
        AuthorityRoot stored = authority.stored();
        AuthorityRoot other = CertificateAuthority.create(DOMAIN, AuthoritySettings.standard(), NOW, random)
                .stored();
        AuthorityRoot mixed = new AuthorityRoot(
                stored.id(),
                stored.name(),
                stored.certificatePem(),
                other.privateKeyPem(),
                stored.notBefore(),
                stored.notAfter(),
                true);
        assertThatThrownBy(() -> CertificateAuthority.restore(mixed, AuthoritySettings.standard(), random))
                .hasMessageContaining("does not belong to");
        AuthorityRoot nonsense = new AuthorityRoot(
                stored.id(),
                stored.name(),
                "nonsense",
                stored.privateKeyPem(),
                stored.notBefore(),
                stored.notAfter(),
                true);
        assertThatThrownBy(() -> CertificateAuthority.restore(nonsense, AuthoritySettings.standard(), random))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_credential_joins_the_key_made_on_the_node_with_the_certificate() throws Exception {
        LeafRequest request = LeafRequest.create(WEB, random);
        LeafCredential credential = request.accept(authority.sign(request.der(), WEB, NOW, random));
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(java.security.KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Pem.privateKey(credential.privateKeyPem()))));
        signature.update(new byte[] {1, 2, 3});
        byte[] signed = signature.sign();
        signature.initVerify(credential.leaf().chain().getFirst().getPublicKey());
        signature.update(new byte[] {1, 2, 3});
        assertThat(signature.verify(signed)).isTrue();
        assertThat(credential.toString()).doesNotContain("PRIVATE KEY");
        Leaf stranger = authority.sign(LeafRequest.create(WEB, random).der(), WEB, NOW, random);
        refused(Reason.OTHER_IDENTITY, "another key", () -> request.accept(stranger));
    }

    @Test
    void a_request_for_another_identity_is_refused_by_name() {
        SpiffeId admin = new SpiffeId.Service(DOMAIN, "default", "dc1", "admin");
        refused(
                Reason.OTHER_IDENTITY,
                "svc/admin",
                () -> authority.sign(LeafRequest.create(admin, random).der(), WEB, NOW, random));
        SpiffeId foreign = new SpiffeId.Service(FOREIGN, "default", "dc1", "web");
        refused(
                Reason.FOREIGN_TRUST_DOMAIN,
                "different trust domain",
                () -> authority.sign(LeafRequest.create(foreign, random).der(), foreign, NOW, random));
        SpiffeId self = new SpiffeId.Authority(DOMAIN);
        refused(
                Reason.OTHER_IDENTITY,
                "authority itself",
                () -> authority.sign(LeafRequest.create(self, random).der(), self, NOW, random));
    }

    @Test
    void a_changed_request_is_refused() {
        byte[] request = LeafRequest.create(WEB, random).der();
        int letter = indexOf(request, "svc/web") + 4;
        request[letter] = 'a';
        refused(Reason.BAD_SIGNATURE, "not signed by the key", () -> authority.sign(request, WEB, NOW, random));
    }

    @Test
    void no_single_changed_byte_and_no_cut_makes_another_request_acceptable() throws Exception {
        byte[] request = LeafRequest.create(WEB, random).der();
        for (int i = 0; i < request.length; i++) {
            byte[] changed = request.clone();
            changed[i] ^= 0x41;
            byte[] cut = java.util.Arrays.copyOf(request, i);
            assertThatThrownBy(() -> authority.sign(changed, WEB, NOW, random))
                    .as("byte " + i)
                    .isInstanceOf(IdentityRefused.class);
            assertThatThrownBy(() -> authority.sign(cut, WEB, NOW, random))
                    .as("length " + i)
                    .isInstanceOf(IdentityRefused.class);
        }
        refused(Reason.MALFORMED_REQUEST, "more than", () -> authority.sign(new byte[20_000], WEB, NOW, random));
    }

    @Test
    void weak_keys_and_extra_wishes_are_refused_by_name() {
        refused(
                Reason.WEAK_KEY,
                "RSA key of 1024 bits",
                () -> authority.sign(SampleRequests.rsa(1024, WEB.text()), WEB, NOW, random));
        refused(
                Reason.WEAK_KEY,
                "a key of kind 1.3.101.112",
                () -> authority.sign(SampleRequests.ed25519(WEB.text()), WEB, NOW, random));
        refused(
                Reason.UNSUPPORTED_EXTENSION,
                "2.5.29.19",
                () -> authority.sign(SampleRequests.withAuthorityWish(WEB.text()), WEB, NOW, random));
        refused(
                Reason.NOT_AN_IDENTITY,
                "exactly one",
                () -> authority.sign(SampleRequests.withNames(WEB.text(), "localhost"), WEB, NOW, random));
        refused(
                Reason.NOT_AN_IDENTITY,
                "exactly one",
                () -> authority.sign(SampleRequests.withoutName(), WEB, NOW, random));
    }

    @Test
    void a_strong_rsa_key_of_an_application_is_certified() throws Exception {
        Leaf leaf = authority.sign(SampleRequests.rsa(2048, WEB.text()), WEB, NOW, random);
        validate(leaf.chain(), NOW, authority.root());
    }

    @Test
    void after_a_rotation_verifiers_with_only_the_old_or_only_the_new_root_accept_new_leaves() throws Exception {
        CertificateAuthority made = CertificateAuthority.create(DOMAIN, AuthoritySettings.standard(), NOW, random)
                .succeeding(authority, NOW, random);
        CertificateAuthority next = CertificateAuthority.restore(made.stored(), AuthoritySettings.standard(), random);
        Leaf leaf = next.sign(LeafRequest.create(WEB, random).der(), WEB, NOW, random);
        assertThat(leaf.chain()).hasSize(2);
        assertThat(Leaf.read(leaf.pem())).isEqualTo(leaf);
        validate(leaf.chain().subList(0, 1), NOW, next.root());
        validate(leaf.chain(), NOW, authority.root());

        TrustBundle bundle = TrustBundle.of(List.of(inactive(authority.stored()), next.stored()));
        Leaf old = authority.sign(LeafRequest.create(WEB, random).der(), WEB, NOW, random);
        validate(old.chain(), NOW, bundle.roots().toArray(Root[]::new));
        assertThat(bundle.trustDomain()).isEqualTo(DOMAIN);
        assertThat(bundle.active().id()).isEqualTo(next.root().id());
        assertThat(bundle.pem().split("BEGIN CERTIFICATE", -1)).hasSize(3);
    }

    @Test
    void a_bundle_without_an_active_root_or_of_another_domain_is_refused() {
        CertificateAuthority foreign = CertificateAuthority.create(FOREIGN, AuthoritySettings.standard(), NOW, random);
        assertThatThrownBy(() -> TrustBundle.of(List.of(inactive(authority.stored()))))
                .hasMessageContaining("0 active");
        assertThatThrownBy(() -> TrustBundle.of(List.of(authority.stored(), foreign.stored())))
                .hasMessageContaining("2 active");
        assertThatThrownBy(() -> foreign.succeeding(authority, NOW, random)).hasMessageContaining("not of");
    }

    private static AuthorityRoot inactive(AuthorityRoot root) {
        return new AuthorityRoot(
                root.id(),
                root.name(),
                root.certificatePem(),
                root.privateKeyPem(),
                root.notBefore(),
                root.notAfter(),
                false);
    }

    @Test
    void settings_that_an_operator_may_not_use_are_named_all_at_once() {
        assertThat(AuthoritySettings.standard().problems()).isEmpty();
        assertThat(new AuthoritySettings(Duration.ofMinutes(20), Duration.ofMinutes(10), Duration.ZERO).problems())
                .hasSize(2);
    }

    private static void validate(List<X509Certificate> chain, Instant at, Root... roots)
            throws GeneralSecurityException {
        Set<TrustAnchor> anchors = java.util.Arrays.stream(roots)
                .map(root -> new TrustAnchor(root.certificate(), null))
                .collect(Collectors.toSet());
        PKIXParameters parameters = new PKIXParameters(anchors);
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(at));
        CertPathValidator.getInstance("PKIX")
                .validate(CertificateFactory.getInstance("X.509").generateCertPath(chain), parameters);
    }

    private interface Signing {
        Object sign() throws IdentityRefused;
    }

    private static void refused(Reason reason, String hint, Signing signing) {
        assertThatThrownBy(signing::sign)
                .isInstanceOfSatisfying(
                        IdentityRefused.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContaining(hint);
    }

    private static int indexOf(byte[] bytes, String text) {
        return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf(text);
    }
}
