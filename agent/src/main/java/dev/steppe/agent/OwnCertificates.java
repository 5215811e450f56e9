package dev.steppe.agent;

import dev.steppe.agent.configuration.Configuration;
import dev.steppe.agent.configuration.LinkSettings;
import dev.steppe.agent.link.OwnCertificateFiles;
import dev.steppe.wire.network.AgentNames;
import dev.steppe.wire.network.AgentRole;
import dev.steppe.wire.network.AgentTls;
import dev.steppe.wire.network.Credentials;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The certificates of this agent that its operator made: read from their files when it starts, and again when somebody
 * asks. New connections then use the new ones, open ones go on. Where one of the files is wrong, all stay as they were.
 */
final class OwnCertificates {
    private final List<Held> all = new ArrayList<>();

    /** Where the configuration names the files. */
    interface Place extends Function<Configuration, Optional<LinkSettings.OwnCertificates>> {}

    /**
     * What a certificate is for.
     *
     * @param what in words
     * @param role what other agents must take it for, where they look at that
     */
    record Purpose(String what, AgentNames names, Optional<AgentRole> role) {}

    private record Held(Purpose purpose, Place place, AgentTls tls) {}

    private record Newer(Held held, Credentials credentials) {}

    /** Reads those that the configuration names; fails naming the file that is wrong. */
    synchronized AgentTls read(Purpose purpose, LinkSettings.OwnCertificates files, Place place) throws IOException {
        try {
            var tls = new AgentTls(purpose.names, read(purpose, files));
            all.add(new Held(purpose, place, tls));
            return tls;
        } catch (GeneralSecurityException unusable) {
            throw new IOException("the certificates of this agent cannot be used: " + unusable.getMessage(), unusable);
        }
    }

    private static Credentials read(Purpose purpose, LinkSettings.OwnCertificates files) throws IOException {
        var read = OwnCertificateFiles.read(files.authority(), files.certificate(), files.key());
        if (purpose.role.isPresent()) {
            OwnCertificateFiles.checkRole(read, files.certificate(), purpose.names, purpose.role.get());
        }
        return read;
    }

    /** Reads all again; a line for each that is another now. Fails, with none replaced, where a file is wrong. */
    synchronized List<String> again(Configuration configuration) throws IOException {
        var newer = new ArrayList<Newer>();
        for (Held held : all) {
            var files = held.place.apply(configuration);
            if (files.isPresent()) {
                var read = read(held.purpose, files.get());
                if (!read.equals(held.tls.credentials())) {
                    newer.add(new Newer(held, read));
                }
            }
        }
        var lines = new ArrayList<String>();
        try {
            for (Newer each : newer) {
                each.held.tls.replace(each.credentials);
                lines.add("changed: the certificate " + each.held.purpose.what + ", good until "
                        + each.credentials.notAfter());
            }
        } catch (GeneralSecurityException unusable) {
            throw new IOException("the certificates cannot be used: " + unusable.getMessage(), unusable);
        }
        return lines;
    }
}
