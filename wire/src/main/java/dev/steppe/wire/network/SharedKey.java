package dev.steppe.wire.network;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key that all servers of a cluster have in common where their configuration names one. Servers show each other that
 * they know it; the key itself never travels.
 */
public final class SharedKey {
    /** The header with which a server shows that it knows the key. */
    public static final String HEADER = "X-Steppe-Key";

    private static final String PURPOSE = "steppe servers of one cluster";

    private final Optional<String> proof;

    /** A key in base64, or none. */
    public SharedKey(Optional<String> key) {
        this.proof = key.map(SharedKey::proof);
    }

    private static String proof(String key) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(key), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(PURPOSE.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java platform has HMAC-SHA256", missing);
        }
    }

    /** What to show another server; empty without a key. */
    public Optional<String> proof() {
        return proof;
    }

    /** Why a client that shows this is not of the same cluster; one that shows nothing need not know a key. */
    public Optional<String> objectionToClient(Optional<String> shown) {
        return shown.isEmpty() ? Optional.empty() : objection(shown);
    }

    /** Why a server that shows this is not of the same cluster; empty when it is. */
    public Optional<String> objection(Optional<String> shown) {
        if (proof.isEmpty() && shown.isEmpty()) {
            return Optional.empty();
        }
        if (proof.isEmpty()) {
            return Optional.of("the other agent has a key in \"encrypt\" and this server has none");
        }
        if (shown.isEmpty()) {
            return Optional.of("this server has a key in \"encrypt\" and the other agent has none");
        }
        boolean same = MessageDigest.isEqual(
                proof.get().getBytes(StandardCharsets.UTF_8), shown.get().getBytes(StandardCharsets.UTF_8));
        return same ? Optional.empty() : Optional.of("the keys in \"encrypt\" of the two agents are not the same");
    }

    @Override
    public String toString() {
        return "SharedKey[" + (proof.isPresent() ? "set" : "none") + "]";
    }
}
