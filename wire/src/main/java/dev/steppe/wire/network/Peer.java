package dev.steppe.wire.network;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who is at the other end of a connection, as its certificate proved.
 *
 * @param roles what it is here; empty for a stranger, who showed no certificate
 * @param certificate what it showed
 * @param region the other region whose server it is
 */
public record Peer(Set<AgentRole> roles, Optional<X509Certificate> certificate, Optional<String> region) {
    private static final Integer URI_NAME = 6;
    private static final String NODE_MARK = "/agent/client/";
    private static final String ID_MARK = "/id/";

    static Peer stranger() {
        return new Peer(Set.of(), Optional.empty(), Optional.empty());
    }

    public boolean is(AgentRole role) {
        return roles.contains(role);
    }

    public boolean isStranger() {
        return roles.isEmpty() && region.isEmpty();
    }

    /** The node that the certificate is for; empty for a server, which may speak for any. */
    public Optional<String> node() {
        return is(AgentRole.SERVER)
                ? Optional.empty()
                : uris().stream()
                        .filter(uri -> uri.contains(NODE_MARK) && uri.contains(ID_MARK))
                        .map(uri -> uri.substring(uri.lastIndexOf(ID_MARK) + ID_MARK.length()))
                        .findFirst();
    }

    private List<String> uris() {
        try {
            var names = certificate.isEmpty() ? null : certificate.get().getSubjectAlternativeNames();
            return names == null
                    ? List.of()
                    : names.stream()
                            .filter(name -> URI_NAME.equals(name.get(0)))
                            .map(name -> String.valueOf(name.get(1)))
                            .toList();
        } catch (CertificateParsingException unreadable) {
            return List.of();
        }
    }
}
