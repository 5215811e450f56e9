package dev.steppe.cli.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** Private keys as people have them in files: PKCS#8, and the older forms of EC and RSA keys. */
final class KeyText {
    private static final String BEGIN = "-----BEGIN ";
    private static final String DASHES = "-----";

    private KeyText() {}

    static PrivateKey read(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new IOException("there is no file " + file + " with a key, or this user may not read it");
        }
        try {
            var text = Files.readString(file);
            if (text.contains("ENCRYPTED")) {
                throw new IOException(file + " is protected by a password; keep the key without one, mode 0600");
            }
            if (text.contains(BEGIN + "EC PRIVATE KEY")) {
                var key = ECPrivateKey.getInstance(block("EC PRIVATE KEY", text));
                var kind = new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, key.getParametersObject());
                return decoded(new PrivateKeyInfo(kind, key).getEncoded(), "EC");
            }
            if (text.contains(BEGIN + "RSA PRIVATE KEY")) {
                var key = RSAPrivateKey.getInstance(block("RSA PRIVATE KEY", text));
                var kind = new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE);
                return decoded(new PrivateKeyInfo(kind, key).getEncoded(), "RSA");
            }
            return decoded(block("PRIVATE KEY", text));
        } catch (GeneralSecurityException | IllegalArgumentException damaged) {
            throw new IOException(file + " holds no private key in PEM that can be read", damaged);
        }
    }

    /** Which kind it is is inside, but the JDK wants to be told. */
    private static PrivateKey decoded(byte[] pkcs8) throws GeneralSecurityException {
        for (var kind : new String[] {"EC", "RSA"}) {
            try {
                return decoded(pkcs8, kind);
            } catch (GeneralSecurityException another) {
                // tried as the next kind
            }
        }
        return decoded(pkcs8, "Ed25519");
    }

    private static PrivateKey decoded(byte[] pkcs8, String kind) throws GeneralSecurityException {
        return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    }

    private static byte[] block(String label, String text) {
        var begin = text.indexOf(BEGIN + label + DASHES);
        var end = text.indexOf("-----END " + label + DASHES);
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException("no block " + label);
        }
        return Base64.getMimeDecoder()
                .decode(text.substring(begin + BEGIN.length() + label.length() + DASHES.length(), end));
    }
}
