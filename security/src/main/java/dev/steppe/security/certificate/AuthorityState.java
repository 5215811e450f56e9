package dev.steppe.security.certificate;

import dev.steppe.security.Secret;

/** What must be kept to bring a certificate authority back: its root and the key it signs with (PKCS#8), both as PEM. */
public record AuthorityState(String certificatePem, Secret privateKeyPem) {}
