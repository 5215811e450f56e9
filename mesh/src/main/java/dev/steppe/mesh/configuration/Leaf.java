package dev.steppe.mesh.configuration;

/** The certificate a sidecar shows and the key that proves it. The chain has the leaf first and leaves the root out. */
public record Leaf(SpiffeId identity, String certificateChainPem, PrivateKeyPem privateKey) {
    public Leaf {
        if (!certificateChainPem.contains("-----BEGIN CERTIFICATE-----")) {
            throw new IllegalArgumentException("the certificate chain of " + identity + " is not PEM");
        }
    }
}
