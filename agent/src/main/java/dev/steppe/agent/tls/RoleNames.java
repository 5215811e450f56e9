package dev.steppe.agent.tls;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a certificate of a role is named, in the words of whoever asks for it. Files and names of one dialect are about
 * regions, those of the other about datacenters; what agents look for is among the names whatever the domain is.
 *
 * @param region the region, where one counts
 * @param datacenter the datacenter, where one counts
 * @param node the host name of a server, where that is to be a name too
 */
record RoleNames(
        Role role, String domain, Optional<String> region, Optional<String> datacenter, Optional<String> node) {
    private static final String NOMAD = "nomad";
    private static final String CONSUL = "consul";

    /** Whose certificate it is. */
    enum Role {
        SERVER,
        CLIENT,
        CLI;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** True for an agent, which others connect to. */
        boolean isAgent() {
            return this != CLI;
        }
    }

    /** What was said; the rest follows from it. */
    record Said(Optional<String> domain, Optional<String> region, Optional<String> datacenter, Optional<String> node) {}

    static RoleNames of(Role role, Said said) {
        boolean aboutDatacenters = said.domain.equals(Optional.of(CONSUL))
                || !said.domain.equals(Optional.of(NOMAD))
                        && said.region.isEmpty()
                        && (said.datacenter.isPresent() || said.node.isPresent());
        return new RoleNames(
                role,
                said.domain.orElse(aboutDatacenters ? CONSUL : NOMAD),
                aboutDatacenters ? said.region : Optional.of(said.region.orElse("global")),
                aboutDatacenters || said.node.isPresent()
                        ? Optional.of(said.datacenter.orElse("dc1"))
                        : said.datacenter,
                said.node);
    }

    private boolean isAboutRegions() {
        return region.isPresent() && !domain.equals(CONSUL);
    }

    /** What the file is called, without a number or an ending. */
    String stem() {
        return (isAboutRegions() ? region.orElseThrow() : datacenter.orElseThrow()) + "-" + role.word() + "-" + domain;
    }

    /** Files of datacenters are numbered, because each server has one. */
    boolean isNumbered() {
        return !isAboutRegions();
    }

    /** The names of the certificate, the most telling first. */
    List<String> names() {
        var names = new LinkedHashSet<String>();
        if (isAboutRegions()) {
            names.add(of(region.orElseThrow(), domain));
        }
        datacenter.ifPresent(it -> names.add(of(it, isAboutRegions() ? CONSUL : domain)));
        region.ifPresent(it -> names.add(of(it, NOMAD)));
        datacenter.ifPresent(it -> names.add(of(it, CONSUL)));
        node.ifPresent(it -> names.add(it + "." + of(datacenter.orElseThrow(), isAboutRegions() ? CONSUL : domain)));
        var all = new ArrayList<>(names);
        if (role.isAgent()) {
            all.addAll(List.of("localhost", "127.0.0.1", "::1"));
        }
        return all;
    }

    private String of(String place, String under) {
        return role.word() + "." + place + "." + under;
    }
}
