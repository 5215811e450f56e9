package dev.steppe.agent.tls;

import dev.steppe.cli.command.CommandFailure;
import dev.steppe.security.Secret;
import dev.steppe.security.certificate.FileAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;

/** Certificates and keys in files of one directory. A file that is there is never written over. */
record CertificateFiles(Path directory) {
    private static final String AUTHORITY = "-agent-ca.pem";
    private static final String KEY = "-key.pem";

    /** The files of a pair: {@code name.pem} and {@code name-key.pem}. */
    Path certificate(String name) {
        return directory.resolve(name + ".pem");
    }

    Path key(String name) {
        return directory.resolve(name + KEY);
    }

    /** How the files of an authority for a domain are called. */
    static String authorityName(String domain) {
        return domain + "-agent-ca";
    }

    boolean isThere(String name) {
        return Files.exists(certificate(name)) || Files.exists(key(name));
    }

    /** Writes both, the key for this user alone. */
    void write(String name, FileAuthority.Made made) throws CommandFailure, IOException {
        for (Path file : List.of(certificate(name), key(name))) {
            if (Files.exists(file)) {
                throw new CommandFailure(file.getFileName()
                        + " is there already and is not written over: move it away, or go to another" + " directory");
            }
        }
        create(key(name), made.keyPem().revealText(), "rw-------");
        create(certificate(name), made.certificatePem(), "rw-r--r--");
    }

    private static void create(Path file, String text, String rights) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(rights)));
        Files.writeString(file, text);
    }

    /** The authority's certificate that the domain leads to: its own, else the only one of the directory. */
    Path authority(String domain) throws CommandFailure, IOException {
        var own = certificate(authorityName(domain));
        if (Files.exists(own)) {
            return own;
        }
        try (var files = Files.list(directory)) {
            var others = files.filter(file -> file.getFileName().toString().endsWith(AUTHORITY))
                    .toList();
            if (others.size() == 1) {
                return others.getFirst();
            }
            throw new CommandFailure("there is no " + own.getFileName() + " here"
                    + (others.isEmpty() ? ": make an authority with steppe tls ca create" : "")
                    + (others.size() > 1 ? ", but several others" : "") + ", or name its file with -ca");
        }
    }

    /** The key that lies beside the certificate of an authority. */
    static Path keyOf(Path authority) {
        String name = authority.getFileName().toString();
        String stem = name.endsWith(".pem") ? name.substring(0, name.length() - ".pem".length()) : name;
        return authority.resolveSibling(stem + KEY);
    }

    static FileAuthority read(Path certificate, Path key, SecureRandom random) throws CommandFailure {
        try {
            return FileAuthority.read(text(certificate), Secret.ofText(text(key)), random);
        } catch (GeneralSecurityException wrong) {
            throw new CommandFailure(
                    "the authority in " + certificate + " and " + key + " cannot be used: " + wrong.getMessage());
        }
    }

    static String text(Path file) throws CommandFailure {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new CommandFailure(file + " cannot be read: " + unreadable);
        }
    }

    /** How a person would name the file from here. */
    String shown(Path file) {
        return file.startsWith(directory) ? directory.relativize(file).toString() : file.toString();
    }
}
