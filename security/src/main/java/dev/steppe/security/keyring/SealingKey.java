package dev.steppe.security.keyring;

import dev.steppe.model.data.Ciphertext;
import dev.steppe.security.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key with a name that seals bytes with AES-256-GCM. What is sealed is bound to the place it is for: it opens nowhere
 * else. Safe for use from any thread. Nonces are random, so a key is to be replaced long before four billion seals.
 */
public record SealingKey(String id, Secret key) {
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    public SealingKey {
        if (key.reveal().length != KEY_BYTES) {
            throw new IllegalArgumentException("a key has " + KEY_BYTES + " bytes, not " + key.reveal().length);
        }
    }

    public static SealingKey create(String id, SecureRandom random) {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        var key = new SealingKey(id, Secret.of(bytes));
        Arrays.fill(bytes, (byte) 0);
        return key;
    }

    /** Seals bytes for a place, such as the name of what they belong to. */
    public Ciphertext seal(byte[] clear, String place, SecureRandom random) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            return new Ciphertext(
                    id, nonce, cipher(Cipher.ENCRYPT_MODE, nonce, place).doFinal(clear));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java has AES-256-GCM", impossible);
        }
    }

    /** Opens what was sealed with this key for that place. */
    public byte[] open(Ciphertext sealed, String place) throws SealBrokenException {
        if (!sealed.keyId().equals(id)) {
            throw new SealBrokenException("sealed with key " + sealed.keyId() + ", not with " + id);
        }
        try {
            return cipher(Cipher.DECRYPT_MODE, sealed.nonce(), place).doFinal(sealed.bytes());
        } catch (AEADBadTagException changed) {
            throw new SealBrokenException("what key " + id + " sealed for " + place + " was changed or moved");
        } catch (GeneralSecurityException damaged) {
            throw new SealBrokenException("damaged: " + damaged.getMessage());
        }
    }

    private Cipher cipher(int mode, byte[] nonce, String place) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key.reveal(), "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(place.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    /** This key sealed under another one. */
    public Ciphertext wrap(SealingKey root, SecureRandom random) {
        return root.seal(key.reveal(), placeOf(id), random);
    }

    /** A key that was wrapped under this one. */
    public SealingKey unwrap(String wrappedId, Ciphertext wrapped) throws SealBrokenException {
        return new SealingKey(wrappedId, Secret.of(open(wrapped, placeOf(wrappedId))));
    }

    private static String placeOf(String id) {
        return "key " + id;
    }
}
