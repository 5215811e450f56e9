package dev.steppe.wire.network;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The names by which agents of a region know each other: those that operators of both dialects have in their
 * certificates.
 *
 * @param checked whether a certificate without such a name is refused; if not, any certificate of the authority is one
 *     of a server
 */
public record AgentNames(String region, String datacenter, boolean checked) {
    private static final Integer DNS_NAME = 2;
    private static final String NOMAD = ".nomad";
    private static final String SERVER = "server.";

    /** The name that a certificate of this role is given. */
    public String of(AgentRole role) {
        return role.word() + "." + region + NOMAD;
    }

    /** What a certificate makes its owner here. */
    public Set<AgentRole> rolesOf(X509Certificate certificate) {
        var names = namesOf(certificate);
        var roles = EnumSet.noneOf(AgentRole.class);
        // one that speaks of regions is not taken for another of the same datacenter
        boolean hasRegion = names.stream().anyMatch(name -> name.endsWith(NOMAD));
        for (var role : AgentRole.values()) {
            if (names.contains(hasRegion ? of(role) : role.word() + "." + datacenter + ".consul")) {
                roles.add(role);
            }
        }
        // one made for commands says so, and is no agent's even where names are not looked at
        boolean ofCommands = names.stream().anyMatch(name -> name.startsWith("cli."));
        if (roles.isEmpty() && !checked && !ofCommands) {
            roles.add(AgentRole.SERVER);
        }
        return Collections.unmodifiableSet(roles);
    }

    /** The other regions whose server a certificate names. */
    List<String> foreignRegions(X509Certificate certificate) {
        String own = of(AgentRole.SERVER);
        return namesOf(certificate).stream()
                .filter(name -> name.startsWith(SERVER) && name.endsWith(NOMAD) && !name.equals(own))
                .map(name -> name.substring(SERVER.length(), name.length() - NOMAD.length()))
                .filter(region -> !region.isEmpty())
                .toList();
    }

    /** The names of hosts in a certificate. */
    public static List<String> namesOf(X509Certificate certificate) {
        var found = new ArrayList<String>();
        try {
            var names = certificate.getSubjectAlternativeNames();
            if (names != null) {
                for (var name : names) {
                    if (DNS_NAME.equals(name.get(0)) && name.get(1) instanceof String text) {
                        found.add(text);
                    }
                }
            }
        } catch (CertificateParsingException unreadable) {
            return List.of();
        }
        return found;
    }
}
