package dev.steppe.mesh.configuration;

import java.util.Optional;

/** The identity of a service in the mesh: {@code spiffe://<trust domain>/ns/<namespace>/dc/<datacenter>/svc/<service>}. */
public record SpiffeId(String trustDomain, String namespace, String datacenter, String service) {
    private static final String SCHEME = "spiffe://";

    public SpiffeId {
        checkSegment("trust domain", trustDomain);
        checkSegment("namespace", namespace);
        checkSegment("datacenter", datacenter);
        checkSegment("service", service);
    }

    /** The identity in the only namespace a single-tenant mesh has. */
    public static SpiffeId of(String trustDomain, String datacenter, String service) {
        return new SpiffeId(trustDomain, "default", datacenter, service);
    }

    /** Reads the URI; empty for every other shape, so that a stranger's certificate names nobody. */
    public static Optional<SpiffeId> parse(String uri) {
        if (!uri.startsWith(SCHEME)) {
            return Optional.empty();
        }
        String[] parts = uri.substring(SCHEME.length()).split("/", -1);
        if (parts.length != 7 || !parts[1].equals("ns") || !parts[3].equals("dc") || !parts[5].equals("svc")) {
            return Optional.empty();
        }
        for (int i : new int[] {0, 2, 4, 6}) {
            if (!isSegment(parts[i])) {
                return Optional.empty();
            }
        }
        return Optional.of(new SpiffeId(parts[0], parts[2], parts[4], parts[6]));
    }

    public String uri() {
        return SCHEME + trustDomain + "/ns/" + namespace + "/dc/" + datacenter + "/svc/" + service;
    }

    @Override
    public String toString() {
        return uri();
    }

    private static void checkSegment(String what, String text) {
        if (!isSegment(text)) {
            throw new IllegalArgumentException("'" + text + "' cannot be the " + what + " of an identity");
        }
    }

    private static boolean isSegment(String text) {
        return !text.isEmpty()
                && text.length() <= 255
                && text.chars().allMatch(c -> c > ' ' && c < 127 && "/?#%\\\"<>".indexOf(c) < 0);
    }
}
