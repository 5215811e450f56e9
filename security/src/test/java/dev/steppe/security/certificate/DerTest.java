package dev.steppe.security.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.security.certificate.DerReader.Malformed;
import dev.steppe.security.identity.IdentityRefused;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.Random;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Proves that our encoding is that of another library, and that reading accepts nothing else and never fails badly. */
class DerTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 255, 256, 65_535, 65_536, 70_000})
    void lengths_are_written_and_read_as_another_library_does(int length) throws Exception {
        byte[] content = new byte[length];
        byte[] ours = Der.octets(content);
        assertThat(ours).isEqualTo(new DEROctetString(content).getEncoded("DER"));
        assertThat(new DerReader(ours).content(Der.OCTET_STRING)).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2.5.4.3",
                "1.2.840.113549.1.9.14",
                "1.3.6.1.5.5.7.3.1",
                "0.9.2342",
                "2.5.29.17",
                "1.2.2147483647"
            })
    void identifiers_are_written_and_read_as_another_library_does(String dotted) throws Exception {
        byte[] ours = Der.identifier(dotted);
        assertThat(ours).isEqualTo(new ASN1ObjectIdentifier(dotted).getEncoded("DER"));
        assertThat(new DerReader(ours).identifier()).isEqualTo(dotted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"2026-03-01T12:00:00Z", "2049-12-31T23:59:59Z", "2050-01-01T00:00:00Z", "2099-09-09T09:09:09Z"})
    void times_are_written_as_another_library_does(String time) throws Exception {
        Instant instant = Instant.parse(time);
        assertThat(Der.time(instant)).isEqualTo(new Time(Date.from(instant)).getEncoded("DER"));
    }

    @Test
    void numbers_bits_and_sequences_are_written_as_another_library_does() throws Exception {
        BigInteger number = new BigInteger("ff00112233445566778899aabbccddee", 16);
        assertThat(Der.sequence(Der.integer(number), Der.integer(BigInteger.ZERO)))
                .isEqualTo(new DERSequence(new ASN1Integer[] {new ASN1Integer(number), new ASN1Integer(0)})
                        .getEncoded("DER"));
        assertThat(Der.namedBits(0x88))
                .isEqualTo(new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyAgreement).getEncoded("DER"));
        assertThat(Der.namedBits(0x86))
                .isEqualTo(new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyCertSign | KeyUsage.cRLSign)
                        .getEncoded("DER"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "30",
                "3080",
                "308000",
                "30810130",
                "3003020100",
                "30840000000000",
                "3082000100",
                "31023000",
                "3001"
            })
    void what_is_not_in_the_shortest_definite_form_is_refused(String hex) {
        DerReader reader = new DerReader(HexFormat.of().parseHex(hex));
        assertThatThrownBy(() -> {
                    DerReader inside = reader.open(Der.SEQUENCE);
                    reader.end();
                    inside.open(Der.SEQUENCE);
                })
                .isInstanceOf(Malformed.class);
    }

    @Test
    void whatever_comes_as_a_request_is_refused_and_nothing_worse() {
        Random random = new Random(3);
        byte[] good = LeafRequest.create(SAMPLE, new SecureRandom()).der();
        for (int round = 0; round < 3_000; round++) {
            byte[] bytes = round % 2 == 0 ? new byte[random.nextInt(200)] : good.clone();
            if (round % 2 == 0) {
                random.nextBytes(bytes);
            } else {
                for (int i = 0; i < 3; i++) {
                    bytes[random.nextInt(bytes.length)] += (byte) (1 + random.nextInt(255));
                }
            }
            if (!java.util.Arrays.equals(bytes, good)) {
                assertThatThrownBy(() -> RequestReader.read(bytes)).isInstanceOf(IdentityRefused.class);
            }
        }
    }

    @Test
    void another_library_reads_our_certificates_and_requests_and_would_write_the_same_bytes() throws Exception {
        SecureRandom random = new SecureRandom();
        LeafRequest request = LeafRequest.create(SAMPLE, random);
        assertThat(new PKCS10CertificationRequest(request.der()).getEncoded()).isEqualTo(request.der());
        assertThat(ASN1Primitive.fromByteArray(request.der()).getEncoded("DER")).isEqualTo(request.der());
        CertificateAuthority authority = CertificateAuthority.create(
                SAMPLE.trustDomain(), AuthoritySettings.standard(), Instant.parse("2026-03-01T12:00:00Z"), random);
        for (var certificate : java.util.List.of(
                authority.root().certificate(),
                authority
                        .sign(request.der(), SAMPLE, Instant.parse("2026-03-01T12:00:00Z"), random)
                        .chain()
                        .getFirst())) {
            X509CertificateHolder holder = new X509CertificateHolder(certificate.getEncoded());
            assertThat(holder.toASN1Structure().getEncoded("DER")).isEqualTo(certificate.getEncoded());
        }
    }

    private static final dev.steppe.security.identity.SpiffeId SAMPLE =
            new dev.steppe.security.identity.SpiffeId.Service(
                    new dev.steppe.security.identity.TrustDomain("sample.consul"), "default", "dc1", "web");
}
