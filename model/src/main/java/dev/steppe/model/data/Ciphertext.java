package dev.steppe.model.data;

/** Bytes sealed under a key of the keyring. Useless without that key. */
public record Ciphertext(String keyId, byte[] nonce, byte[] bytes) {
    @Override
    public String toString() {
        return "Ciphertext(" + bytes.length + " bytes under " + keyId + ")";
    }
}
