package dev.steppe.wire.network;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key that all servers of a cluster have in common where their configuration names one. Servers show each other that
 * they know it; the key itself never travels with that. While keys are changed there may be several: one is shown, all are
 * accepted. Safe for use from any thread.
 */
public final class SharedKey {
    /** The header with which a server shows that it knows the key. */
    public static final String HEADER = "X-Steppe-Key";

    private static final String PURPOSE = "steppe servers of one cluster";

    private final AtomicReference<Keys> held;

    /** Keys in base64, the one that is shown first. */
    private record Keys(List<String> keys, List<String> proofs) {
        static Keys of(List<String> keys) {
            return new Keys(
                    List.copyOf(keys), keys.stream().map(SharedKey::proof).toList());
        }

        @Override
        public String toString() {
            return "Keys[" + keys.size() + "]";
        }
    }

    /** A key in base64, or none. */
    public SharedKey(Optional<String> key) {
        this.held = new AtomicReference<>(Keys.of(key.stream().toList()));
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

    /** All keys, the one that is shown first. */
    public List<String> keys() {
        return held.get().keys;
    }

    /** From now on these, the first one is shown. */
    public void replace(List<String> keys) {
        held.set(Keys.of(new ArrayList<>(keys)));
    }

    /** What to show another server; empty without a key. */
    public Optional<String> proof() {
        return held.get().proofs.stream().findFirst();
    }

    /** Why a client that shows this is not of the same cluster; one that shows nothing need not know a key. */
    public Optional<String> objectionToClient(Optional<String> shown) {
        return shown.isEmpty() ? Optional.empty() : objection(shown);
    }

    /** Why a server that shows this is not of the same cluster; empty when it is. */
    public Optional<String> objection(Optional<String> shown) {
        var proofs = held.get().proofs;
        if (proofs.isEmpty() && shown.isEmpty()) {
            return Optional.empty();
        }
        if (proofs.isEmpty()) {
            return Optional.of("the other agent has a key in \"encrypt\" and this server has none");
        }
        if (shown.isEmpty()) {
            return Optional.of("this server has a key in \"encrypt\" and the other agent has none");
        }
        boolean same = false;
        for (String proof : proofs) {
            same |= MessageDigest.isEqual(
                    proof.getBytes(StandardCharsets.UTF_8), shown.get().getBytes(StandardCharsets.UTF_8));
        }
        return same ? Optional.empty() : Optional.of("the keys in \"encrypt\" of the two agents are not the same");
    }

    @Override
    public String toString() {
        return "SharedKey[" + (proof().isPresent() ? "set" : "none") + "]";
    }
}
