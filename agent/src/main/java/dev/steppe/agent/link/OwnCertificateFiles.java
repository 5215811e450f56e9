package dev.steppe.agent.link;

import dev.steppe.security.Secret;
import dev.steppe.security.certificate.KeyPairs;
import dev.steppe.security.certificate.PemText;
import dev.steppe.wire.network.AgentNames;
import dev.steppe.wire.network.AgentRole;
import dev.steppe.wire.network.AgentTls;
import dev.steppe.wire.network.Credentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** Certificates that somebody else made and put into files. */
public final class OwnCertificateFiles {
    private OwnCertificateFiles() {}

    /** Reads them; fails naming the file that is wrong. */
    public static Credentials read(Path authority, Path certificate, Path key) throws IOException {
        var roots = new ArrayList<X509Certificate>();
        for (Path each : authorities(authority)) {
            roots.addAll(readOne(each, "ca_file", text -> PemText.certificates(text)));
        }
        var chain = readOne(certificate, "cert_file", text -> PemText.certificates(text));
        var secret = readOne(key, "key_file", text -> PemText.privateKey(Secret.ofText(text)));
        check(chain, secret, certificate, key);
        var read = new Credentials(chain, secret, roots);
        try {
            AgentTls.checkIssued(read);
        } catch (GeneralSecurityException other) {
            throw new IOException(
                    "tls: the certificate in " + certificate + " was not signed by the authority in " + authority + " ("
                            + other.getMessage() + ")",
                    other);
        }
        return read;
    }

    private static void check(List<X509Certificate> chain, PrivateKey secret, Path certificate, Path key)
            throws IOException {
        try {
            if (!KeyPairs.belong(chain.getFirst(), secret, new SecureRandom())) {
                throw new IOException(
                        "tls: the key in " + key + " does not belong to the certificate in " + certificate);
            }
            chain.getFirst().checkValidity();
        } catch (CertificateException over) {
            throw new IOException(
                    "tls: the certificate in " + certificate + " is good from "
                            + chain.getFirst().getNotBefore().toInstant() + " to "
                            + chain.getFirst().getNotAfter().toInstant() + " only",
                    over);
        } catch (GeneralSecurityException unusable) {
            throw new IOException("tls: the key in " + key + " cannot be used: " + unusable.getMessage(), unusable);
        }
    }

    /** Fails where other agents would not take the certificate for one of this role; a server's will do for a client. */
    public static void checkRole(Credentials read, Path certificate, AgentNames names, AgentRole role)
            throws IOException {
        var roles = names.rolesOf(read.certificate());
        boolean fits = roles.contains(role) || roles.contains(AgentRole.SERVER);
        if (names.checked() && !fits) {
            throw new IOException("tls: the certificate in " + certificate + " is for "
                    + String.join(", ", AgentNames.namesOf(read.certificate())) + "; as a " + role.word()
                    + " this agent needs one for " + names.of(role) + ": steppe tls cert create -" + role.word()
                    + " -region=" + names.region() + " makes it");
        }
    }

    /** One file, or all of a directory. */
    private static List<Path> authorities(Path place) throws IOException {
        if (!Files.isDirectory(place)) {
            return List.of(place);
        }
        try (var files = Files.list(place)) {
            var found = files.filter(Files::isRegularFile).sorted().toList();
            if (found.isEmpty()) {
                throw new IOException("tls: there is no file in the directory " + place);
            }
            return found;
        }
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
