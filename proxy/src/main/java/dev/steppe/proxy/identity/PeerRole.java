package dev.steppe.proxy.identity;

/** What the peer is in the handshake, and the extended key usage its certificate needs for it. */
enum PeerRole {
    CLIENT("client", "1.3.6.1.5.5.7.3.2"),
    SERVER("server", "1.3.6.1.5.5.7.3.1");

    private final String word;
    private final String keyPurpose;

    PeerRole(String word, String keyPurpose) {
        this.word = word;
        this.keyPurpose = keyPurpose;
    }

    String word() {
        return word;
    }

    String keyPurpose() {
        return keyPurpose;
    }
}
