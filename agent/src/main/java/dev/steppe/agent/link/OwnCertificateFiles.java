package dev.steppe.agent.link;

import dev.steppe.security.Secret;
import dev.steppe.security.certificate.PemText;
import dev.steppe.wire.network.Credentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/** Certificates that somebody else made and put into files. */
public final class OwnCertificateFiles {
    private OwnCertificateFiles() {}

    /** Reads them; fails naming the file that is wrong. */
    public static Credentials read(Path authority, Path certificate, Path key) throws IOException {
        var roots = readOne(authority, "ca_file", text -> PemText.certificates(text));
        var chain = readOne(certificate, "cert_file", text -> PemText.certificates(text));
        var secret = readOne(key, "key_file", text -> PemText.privateKey(Secret.ofText(text)));
        if (!chain.getFirst().getPublicKey().getAlgorithm().equals(secret.getAlgorithm())) {
            throw new IOException("tls: the key in " + key + " does not belong to the certificate in " + certificate);
        }
        return new Credentials(chain, secret, roots);
    }

    private interface Parsing<T> {
        T parse(String text) throws GeneralSecurityException;
    }

    private static <T> T readOne(Path file, String word, Parsing<T> parsing) throws IOException {
        try {
            return parsing.parse(Files.readString(file));
        } catch (GeneralSecurityException damaged) {
            throw new IOException("tls: " + word + " " + file + " cannot be used: " + damaged.getMessage(), damaged);
        } catch (IOException unreadable) {
            throw new IOException("tls: " + word + " " + file + " cannot be read: " + unreadable, unreadable);
        }
    }
}
