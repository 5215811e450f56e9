package dev.steppe.security.certificate;

import dev.steppe.security.Secret;

/** A leaf with its private key (PKCS#8 PEM): all a proxy needs to act as the identity. Held by the node only. */
public record LeafCredential(Leaf leaf, Secret privateKeyPem) {}
